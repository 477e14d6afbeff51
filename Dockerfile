FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS
ARG TARGETARCH
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY api/ api/
COPY cmd/ cmd/
COPY internal/ internal/
# No path, commit or time enters the binary: the same sources give the same bytes.
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false -ldflags="-s -w -buildid=" -o /out/usage-operator ./cmd/usage-operator

FROM gcr.io/distroless/static:nonroot
COPY --from=build /out/usage-operator /usage-operator
USER 65532:65532
ENTRYPOINT ["/usage-operator"]
