FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS
ARG TARGETARCH
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY api/ api/
COPY cmd/ cmd/
COPY internal/ internal/
# No path or time but the commit's enters the binary: the same commit gives the same
# bytes, here and by "make build".
ARG VERSION=unknown
ARG COMMIT=unknown
ARG DATE=unknown
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false \
    -ldflags="-s -w -buildid= -X main.version=$VERSION -X main.commit=$COMMIT -X main.date=$DATE" \
    -o /out/usage-operator ./cmd/usage-operator

FROM gcr.io/distroless/static:nonroot
COPY --from=build /out/usage-operator /usage-operator
USER 65532:65532
ENTRYPOINT ["/usage-operator"]
