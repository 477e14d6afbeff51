package metricsapi

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"

	"github.com/usage-operator/usage-operator/internal/model"
)

// oddPodList holds what is legal and not common.
func oddPodList() *metrics.PodMetricsList {
	long := podOf("team-00001", strings.Repeat("n", 253), 7)
	for i := range 200 {
		long.Labels[fmt.Sprintf("label-%d", i)] = strings.Repeat("v", 63)
	}
	only := podOf("team-00001", "no-containers", 1)
	only.Containers, only.Timestamp = nil, metav1.Time{}
	partial := podOf("team-00001", "one-container-unusable", 2)
	delete(partial.Containers[0].Usage, corev1.ResourceMemory)
	unusable := podOf("team-00001", "quantities", 3)
	unusable.Containers = nil
	for i, q := range []string{"-1", "9223372036854775807", "1500m", "0.0000000001", "0", "12e6", "8Ei", "3.7k"} {
		unusable.Containers = append(unusable.Containers,
			metrics.ContainerMetrics{Name: fmt.Sprint("cpu-", i), Usage: usageOf(q, "1Mi")},
			metrics.ContainerMetrics{Name: fmt.Sprint("memory-", i), Usage: usageOf("1m", q)})
	}
	unusable.Containers[4].Usage["nvidia.com/gpu"] = resource.MustParse("1")
	past := podOf("team-00001", "window", 4)
	past.Window, past.Timestamp = metav1.Duration{Duration: -time.Second}, metav1.NewTime(time.Unix(-5, 0))
	return &metrics.PodMetricsList{
		ListMeta: metav1.ListMeta{ResourceVersion: "12"},
		Items:    []metrics.PodMetrics{long, only, partial, unusable, past},
	}
}

// smallOddPodList is oddPodList without what makes mutating it slow.
func smallOddPodList() *metrics.PodMetricsList {
	list := oddPodList()
	list.Items = list.Items[1:]
	for i := range list.Items {
		list.Items[i].Labels = nil
	}
	return list
}

func unsortedPodList() *metrics.PodMetricsList {
	list := podListOf(300)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(list.Items), func(i, j int) {
		list.Items[i], list.Items[j] = list.Items[j], list.Items[i]
	})
	// The same pods again: newer, older, and as new with another value.
	newer, older, same := list.Items[0], list.Items[1], list.Items[2]
	newer.Timestamp = metav1.NewTime(sampleTime.Add(time.Hour))
	older.Timestamp = metav1.NewTime(sampleTime.Add(-time.Hour))
	same.Containers = same.Containers[:1]
	list.Items = append(list.Items, newer, older, same)
	return list
}

// TestDecodePods compares the rows with those made of what the typed codecs
// decode, in both encodings.
func TestDecodePods(t *testing.T) {
	lists := map[string]*metrics.PodMetricsList{
		"empty": {}, "one": podListOf(1), "many": podListOf(2500), "odd": oddPodList(), "unsorted": unsortedPodList(),
	}
	for name, list := range lists {
		for _, mediaType := range []string{protobufType, jsonType} {
			t.Run(name+"/"+mediaType, func(t *testing.T) {
				body := encode(t, mediaType, list)
				typed := new(metrics.PodMetricsList)
				if _, _, err := codecOf(mediaType).Decode(body, nil, typed); err != nil {
					t.Fatal(err)
				}
				want, unusable := expectedRows(typed)
				got, err := decodePods(body)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, rowsOf(got)); diff != "" {
					t.Errorf("rows (-want +got):\n%s", diff)
				}
				if got.Unusable != unusable {
					t.Errorf("%d containers unusable, want %d", got.Unusable, unusable)
				}
			})
		}
	}
}

func TestDecodeNodes(t *testing.T) {
	list := nodeListOf(50)
	delete(list.Items[3].Usage, corev1.ResourceCPU)
	list.Items[7], list.Items[9] = list.Items[9], list.Items[7]
	list.Items = append(list.Items, *list.Items[11].DeepCopy())
	list.Items[50].Timestamp = metav1.NewTime(sampleTime.Add(time.Hour))
	want, unusable := expectedNodes(list)
	if len(want) != 49 || unusable != 1 {
		t.Fatalf("%d nodes and %d unusable are expected, not 49 and 1", len(want), unusable)
	}
	for _, mediaType := range []string{protobufType, jsonType} {
		got, err := decodeNodes(encode(t, mediaType, list))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Nodes); diff != "" {
			t.Errorf("%s: rows (-want +got):\n%s", mediaType, diff)
		}
		if got.Unusable != unusable {
			t.Errorf("%s: %d unusable, want %d", mediaType, got.Unusable, unusable)
		}
	}
}

// TestDecodeAcrossReads makes sure that names recalled from the last read are
// the right ones, whatever has changed since.
func TestDecodeAcrossReads(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var d podDecoder
	var s model.Samples
	for read := range 2*generation + 10 {
		list := podListOf(60)
		random.Shuffle(len(list.Items), func(i, j int) { list.Items[i], list.Items[j] = list.Items[j], list.Items[i] })
		list.Items = list.Items[:random.IntN(60)]
		for i := range list.Items {
			if c := list.Items[i].Containers; random.IntN(4) == 0 {
				c[0], c[1] = c[1], c[0]
				c[0].Name = fmt.Sprint("container-", random.IntN(4))
			}
		}
		if err := d.decode(encode(t, protobufType, list), &s); err != nil {
			t.Fatal(err)
		}
		want, _ := expectedRows(list)
		if diff := cmp.Diff(want, rowsOf(&s)); diff != "" {
			t.Fatalf("read %d (-want +got):\n%s", read, diff)
		}
	}
}

// TestTruncated cuts a body at every byte: what comes out is an error, or the
// whole list where the cut takes only what follows it in the envelope.
func TestTruncated(t *testing.T) {
	list := podListOf(3)
	want, _ := expectedRows(list)
	for _, mediaType := range []string{protobufType, jsonType} {
		body := encode(t, mediaType, list)
		for n := range body {
			got, err := decodePods(body[:n])
			if errors.Is(err, errEndsEarly) {
				continue
			}
			// {"kind":…}\n and k8s\0 {typeMeta, raw, contentEncoding "", contentType ""}
			if len(body)-n > 4 || err != nil || !cmp.Equal(want, rowsOf(got)) {
				t.Errorf("%s: cut at %d of %d: %v, %d rows", mediaType, n, len(body), err, len(got.Pods))
			}
		}
	}
}

// TestArrival decodes bodies that arrive in odd portions.
func TestArrival(t *testing.T) {
	list := oddPodList()
	want, _ := expectedRows(list)
	for _, mediaType := range []string{protobufType, jsonType} {
		body := encode(t, mediaType, list)
		var d podDecoder
		var s model.Samples
		for name, source := range map[string]interface{ Read([]byte) (int, error) }{
			"byte by byte":    iotest.OneByteReader(bytes.NewReader(body)),
			"halves":          iotest.HalfReader(bytes.NewReader(body)),
			"data with EOF":   iotest.DataErrReader(bytes.NewReader(body)),
			"all but at once": bytes.NewReader(body),
		} {
			s.Reset()
			rows := newPodRows(&s, &d.names)
			if err := d.stream.decode(source, podMetricsList, rows); err != nil {
				t.Errorf("%s, %s: %v", mediaType, name, err)
				continue
			}
			rows.finish()
			if diff := cmp.Diff(want, rowsOf(&s)); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", mediaType, name, diff)
			}
		}
	}
}

func TestSourceFails(t *testing.T) {
	body := encode(t, protobufType, podListOf(3))
	broken := errors.New("broken")
	for n := range body {
		var d podDecoder
		source := iotest.DataErrReader(&failing{body[:n], broken})
		if err := d.stream.decode(source, podMetricsList, newPodRows(new(model.Samples), &d.names)); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
	var d podDecoder
	if err := d.stream.decode(idle{}, podMetricsList, newPodRows(new(model.Samples), &d.names)); err == nil {
		t.Error("a source that never gives anything is no error")
	}
}

type failing struct {
	body []byte
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	if len(f.body) == 0 {
		return 0, f.err
	}
	n := copy(p, f.body)
	f.body = f.body[n:]
	return n, nil
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }
