package metricsapi

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/usage-operator/usage-operator/internal/model"
)

// message builds protobuf by hand: bytes fields one after the other.
func message(fields ...any) []byte {
	var b []byte
	for i := 0; i < len(fields); i += 2 {
		n, ok := fields[i].(int)
		if !ok {
			panic("a field begins with its number")
		}
		number := protowire.Number(n)
		switch value := fields[i+1].(type) {
		case string:
			b = protowire.AppendString(protowire.AppendTag(b, number, protowire.BytesType), value)
		case []byte:
			b = protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), value)
		case uint64:
			b = protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), value)
		case uint32:
			b = protowire.AppendFixed32(protowire.AppendTag(b, number, protowire.Fixed32Type), value)
		}
	}
	return b
}

func entry(key, quantity string) []byte { return message(1, key, 2, message(1, quantity)) }

// onePod is a list of one pod with one container, with fields added to each.
func onePod(container []byte, pod ...any) []byte {
	fields := append([]any{1, message(1, "web-1", 3, "shop")}, pod...)
	return message(2, message(append(fields, 4, container)...))
}

func oneContainer(extra ...any) []byte {
	return message(append([]any{1, "app", 2, entry("cpu", "5m"), 2, entry("memory", "3Mi")}, extra...)...)
}

func TestWire(t *testing.T) {
	group := protowire.AppendTag(nil, 9, protowire.StartGroupType)
	group = protowire.AppendTag(append(group, message(1, "x", 2, uint64(5))...), 9, protowire.EndGroupType)
	tests := map[string]struct {
		list []byte
		want error
	}{
		"plain":                       {onePod(oneContainer()), nil},
		"unknown fields of all types": {onePod(oneContainer(99, "x", 98, uint64(1<<60), 97, uint32(7)), 77, "y", 15, uint64(3)), nil},
		"unknown group":               {onePod(append(oneContainer(), group...)), nil},
		"unknown list fields":         {append(onePod(oneContainer()), message(8, "x", 300, "y")...), nil},
		"metadata after containers":   {message(2, message(4, oneContainer(), 1, message(1, "web-1", 3, "shop"))), nil},
		"later name counts":           {onePod(oneContainer(1, "app"), 1, message(1, "web-1")), nil},
		"later quantity counts":       {onePod(message(1, "app", 2, entry("cpu", "7"), 2, entry("memory", "3Mi"), 2, entry("cpu", "5m"))), nil},
		"later quantity is usable":    {onePod(message(1, "app", 2, entry("cpu", "-7"), 2, entry("memory", "3Mi"), 2, entry("cpu", "5m"))), nil},
		"entry in another order":      {onePod(message(1, "app", 2, message(2, message(1, "5m"), 1, "cpu"), 2, entry("memory", "3Mi"))), nil},
		"resource of no interest":     {onePod(oneContainer(2, entry("swap", "nonsense"))), nil},

		"name as a varint":       {onePod(oneContainer(), 1, message(1, uint64(1))), errWire},
		"namespace as a varint":  {onePod(oneContainer(), 1, message(3, uint64(1))), errWire},
		"metadata as a varint":   {onePod(oneContainer(), 1, uint64(1)), errWire},
		"timestamp as a varint":  {onePod(oneContainer(), 2, uint64(1)), errWire},
		"seconds as bytes":       {onePod(oneContainer(), 2, message(1, "x")), errWire},
		"window as a varint":     {onePod(oneContainer(), 3, uint64(1)), errWire},
		"duration as bytes":      {onePod(oneContainer(), 3, message(1, "x")), errWire},
		"containers as a varint": {onePod(oneContainer(), 4, uint64(1)), errWire},
		"container name wrong":   {onePod(oneContainer(1, uint64(1))), errWire},
		"usage as a varint":      {onePod(oneContainer(2, uint64(1))), errWire},
		"key as a varint":        {onePod(oneContainer(2, message(1, uint64(1), 2, message(1, "5")))), errWire},
		"value as a varint":      {onePod(oneContainer(2, message(1, "cpu", 2, uint64(1)))), errWire},
		"quantity as a varint":   {onePod(oneContainer(2, message(1, "cpu", 2, message(1, uint64(1))))), errWire},
		"item as a varint":       {message(2, uint64(1)), errWire},
		"field number 0":         {onePod(append(oneContainer(), 0x02, 0x00)), errWire},
		"end of no group":        {onePod(append(oneContainer(), 0x0c)), errWire},
		"length past the end":    {onePod(append(oneContainer(), 0x0a, 0x7f)), errWire},
		"varint past the end":    {onePod(append(oneContainer(), 0x48, 0xff)), errWire},
		"endless varint":         {onePod(append(oneContainer(), bytes.Repeat([]byte{0xff}, 20)...)), errWire},
		"item past the list":     {append(onePod(oneContainer()), 0x12, 0x7f), errWire},
		"huge item":              {append([]byte{0x12}, protowire.AppendVarint(nil, maxFrame+1)...), errWire},

		"no value":               {onePod(message(1, "app", 2, message(1, "cpu"), 2, entry("memory", "3Mi"))), errQuantity},
		"no string":              {onePod(message(1, "app", 2, message(1, "cpu", 2, ""), 2, entry("memory", "3Mi"))), errQuantity},
		"empty quantity":         {onePod(message(1, "app", 2, entry("cpu", ""), 2, entry("memory", "3Mi"))), errQuantity},
		"hostile exponent":       {onePod(message(1, "app", 2, entry("cpu", "1e-100000000"), 2, entry("memory", "3Mi"))), errQuantity},
		"earlier quantity wrong": {onePod(oneContainer(2, entry("cpu", "x"), 2, entry("cpu", "5m"))), errQuantity},
		"giant quantity":         {onePod(message(1, "app", 2, entry("cpu", strings.Repeat("9", 300)))), errQuantity},

		"no name":            {message(2, message(1, message(3, "shop"))), errName},
		"no namespace":       {message(2, message(1, message(1, "web-1"))), errName},
		"no metadata":        {message(2, ""), errName},
		"long name":          {message(2, message(1, message(1, strings.Repeat("n", 254), 3, "shop"))), errName},
		"long namespace":     {message(2, message(1, message(1, "web-1", 3, strings.Repeat("n", 64)))), errName},
		"a list in portions": {append(onePod(oneContainer()), message(1, message(3, "token"))...), errPartialList},
	}
	want, err := decodePods(wrap(t, podMetricsList, onePod(oneContainer())))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := decodePods(wrap(t, podMetricsList, test.list))
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if err == nil && !slices.Equal(got.Containers, want.Containers) {
				t.Errorf("containers %v, want %v", got.Containers, want.Containers)
			}
		})
	}
}

func TestContainerNamesDoNotFail(t *testing.T) {
	for _, name := range []string{"", strings.Repeat("c", 64)} {
		got, err := decodePods(wrap(t, podMetricsList, onePod(oneContainer(1, name))))
		if err != nil || got.Unusable != 1 || len(got.Pods) != 1 || len(got.Containers) != 0 {
			t.Errorf("a container called %q: %v, %+v", name, err, got)
		}
	}
}

func TestEnvelope(t *testing.T) {
	list := onePod(oneContainer())
	typeMeta := message(1, "metrics.k8s.io/v1beta1", 2, podMetricsList)
	body := func(fields ...any) []byte { return append([]byte("k8s\x00"), message(fields...)...) }
	giant := protowire.AppendVarint([]byte("k8s\x00\x12"), maxBody+1)
	tests := map[string]struct {
		body []byte
		want error
	}{
		"plain":            {body(1, typeMeta, 2, list), nil},
		"more fields":      {body(1, typeMeta, 2, list, 3, "", 4, "x", 9, "y"), nil},
		"kind last":        {body(2, list, 1, typeMeta), nil},
		"empty list":       {body(1, typeMeta, 2, ""), nil},
		"no kind":          {body(2, list), errEndsEarly},
		"no list":          {body(1, typeMeta), errEndsEarly},
		"two lists":        {body(1, typeMeta, 2, list, 2, list), errWire},
		"a Status":         {wrap(t, "Status", nil), errWrongKind},
		"nodes":            {wrap(t, nodeMetricsList, nil), errWrongKind},
		"encoded":          {body(1, typeMeta, 2, list, 3, "gzip"), errEncoded},
		"wrong type":       {body(1, typeMeta, 2, uint64(1)), errWire},
		"giant list":       {giant, errTooLong},
		"giant field":      {protowire.AppendVarint([]byte("k8s\x00\x4a"), maxFrame+1), errFrameTooLong},
		"nothing":          {nil, errEndsEarly},
		"only magic":       {[]byte("k8s\x00"), errEndsEarly},
		"a page":           {[]byte("<html></html>"), errNotList},
		"gzip":             {[]byte("\x1f\x8b\x08\x00\x00"), errNotList},
		"json of a Status": {[]byte(`{"kind":"Status","items":[]}`), errWrongKind},
	}
	for name, test := range tests {
		if _, err := decodePods(test.body); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

func TestJSON(t *testing.T) {
	const pod = `{"metadata":{"name":"web-1","namespace":"shop"},"containers":[{"name":"app","usage":`
	list := func(usage string) string {
		return `{"kind":"PodMetricsList","items":[` + pod + usage + `}]}]}`
	}
	tests := map[string]struct {
		body     string
		unusable int
		want     error
	}{
		"strings":          {list(`{"cpu":"5m","memory":"3Mi"}`), 0, nil},
		"numbers":          {list(`{"cpu":0.005,"memory":3145728}`), 0, nil},
		"null is missing":  {list(`{"cpu":null,"memory":"3Mi"}`), 1, nil},
		"no usage":         {list(`{}`), 1, nil},
		"negative":         {list(`{"cpu":"-5m","memory":"3Mi"}`), 1, nil},
		"other resources":  {list(`{"cpu":"5m","memory":"3Mi","swap":"x"}`), 0, nil},
		"empty":            {list(`{"cpu":"","memory":"3Mi"}`), 0, errQuantity},
		"hostile exponent": {list(`{"cpu":"1e-100000000","memory":"3Mi"}`), 0, errQuantity},
		"hostile number":   {list(`{"cpu":1e-100000000,"memory":"3Mi"}`), 0, errQuantity},
		"giant quantity":   {list(`{"cpu":"` + strings.Repeat("0", 100) + `","memory":"3Mi"}`), 0, errQuantity},
		"an object":        {list(`{"cpu":{},"memory":"3Mi"}`), 0, errQuantity},
		"wrong type":       {list(`7`), 0, errWire},
		"syntax":           {list(`{,}`), 0, errWire},
		"kind last":        {`{"items":[],"kind":"PodMetricsList"}`, 0, nil},
		"null items":       {`{"kind":"PodMetricsList","apiVersion":"x","items":null}`, 0, nil},
		"no kind":          {`{"items":[]}`, 0, errEndsEarly},
		"no items":         {`{"kind":"PodMetricsList"}`, 0, errEndsEarly},
		"items twice":      {`{"kind":"PodMetricsList","items":[],"items":[]}`, 0, errWire},
		"items an object":  {`{"kind":"PodMetricsList","items":{}}`, 0, errWire},
		"in portions":      {`{"kind":"PodMetricsList","metadata":{"continue":"x"},"items":[]}`, 0, errPartialList},
		"more follows":     {`{"kind":"PodMetricsList","items":[]} {}`, 0, errTrailing},
		"no name":          {`{"kind":"PodMetricsList","items":[{}]}`, 0, errName},
		"bad window":       {`{"kind":"PodMetricsList","items":[{"window":"31d"}]}`, 0, errWire},
		"giant item":       {`{"kind":"PodMetricsList","items":[{"x":"` + strings.Repeat("x", maxFrame+maxFrame/2), 0, errTooLong},
	}
	for name, test := range tests {
		got, err := decodePods([]byte(test.body))
		if !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
			continue
		}
		if got.Unusable != test.unusable {
			t.Errorf("%s: %d unusable, want %d", name, got.Unusable, test.unusable)
		}
		want := model.ContainerSample{Name: "app", Usage: model.Amounts{model.CPU: 5e6, model.Memory: 3 << 20}}
		if err == nil && len(got.Containers) > 0 && got.Containers[0] != want {
			t.Errorf("%s: %v, want %v", name, got.Containers[0], want)
		}
	}
}

// endless goes on for ever with valid items.
type endless struct{ head, item io.Reader }

func (e *endless) Read(p []byte) (int, error) { return io.MultiReader(e.head, e.item).Read(p) }

// cycle repeats bytes for ever.
type cycle struct {
	bytes []byte
	at    int
}

func (c *cycle) Read(p []byte) (int, error) {
	n := copy(p, c.bytes[c.at:])
	c.at = (c.at + n) % len(c.bytes)
	return n, nil
}

// TestTooMany: a list that does not end is given up, at a bounded number of
// rows.
func TestTooMany(t *testing.T) {
	head := append([]byte("k8s\x00"), message(1, message(2, podMetricsList))...)
	head = protowire.AppendVarint(protowire.AppendTag(head, 2, protowire.BytesType), maxBody)
	item := message(2, message(1, message(1, "n", 3, "n")))
	var d podDecoder
	s := new(model.Samples)
	err := d.stream.decode(&endless{bytes.NewReader(head), &cycle{bytes: item}}, podMetricsList, newPodRows(s, &d.names))
	if !errors.Is(err, errTooMany) || len(s.Pods) > maxItems {
		t.Errorf("got %v after %d rows", err, len(s.Pods))
	}
}

func TestGiantPod(t *testing.T) {
	list := podListOf(2)
	list.Items[0].Labels["giant"] = strings.Repeat("x", 3<<19)
	want, _ := expectedRows(list)
	for _, mediaType := range []string{protobufType, jsonType} {
		got, err := decodePods(encode(t, mediaType, list))
		if err != nil || len(got.Pods) != len(want) {
			t.Errorf("%s: %v, %d rows; a tenant's giant labels must not stop the list", mediaType, err, len(got.Pods))
		}
	}
}
