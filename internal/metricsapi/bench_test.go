//go:build unix

package metricsapi

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"syscall"
	"testing"
	"time"

	metrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"

	"github.com/usage-operator/usage-operator/internal/model"
)

// sink keeps the compiler from dropping what a benchmark computes.
var sink uint64

// BenchmarkDecode compares, in one run, the scan with the generated Unmarshal,
// the typed codecs and reading every byte once. The bars: scan ≤ 0.15 ×
// unmarshal, ≤ 3 × bytes, ≤ 0.1 allocation a pod.
func BenchmarkDecode(b *testing.B) {
	for _, pods := range []int{1_000, 10_000, 150_000} {
		proto, text, raw := encodings(b, pods)
		run := func(name string, decode func() error) {
			b.Run(fmt.Sprintf("%s/%d", name, pods), func(b *testing.B) { perPod(b, pods, decode) })
		}
		run("bytes", readEveryByte(proto))
		run("scan", decodeInto(proto))
		run("unmarshal", func() error { return new(metrics.PodMetricsList).Unmarshal(raw) })
		run("codec-protobuf", decodeTyped(protobufType, proto))
		run("json", decodeInto(text))
		run("codec-json", decodeTyped(jsonType, text))
	}
}

// encodings are one list in each form. The list itself is let go.
func encodings(b *testing.B, pods int) (proto, text, raw []byte) {
	b.Helper()
	list := podListOf(pods)
	return encode(b, protobufType, list), encode(b, jsonType, list), marshal(b, list)
}

// BenchmarkBars gives the ratios that the bars are about: the least processor
// time of many turns that the decoders take one after the other, so that
// whatever else the machine does meets them alike.
func BenchmarkBars(b *testing.B) {
	sizes := []int{1_000, 10_000, 150_000}
	if testing.Short() {
		sizes = sizes[:1]
	}
	for _, pods := range sizes {
		b.Run(fmt.Sprint(pods), func(b *testing.B) {
			proto, text, raw := encodings(b, pods)
			scan := &contestant{decode: decodeInto(proto)}
			others := []*contestant{
				{unit: "×bytes", decode: readEveryByte(proto)},
				{unit: "×unmarshal", decode: func() error { return new(metrics.PodMetricsList).Unmarshal(raw) }},
				{unit: "×codec-protobuf", decode: decodeTyped(protobufType, proto)},
				{unit: "×codec-json", decode: decodeTyped(jsonType, text)},
			}
			// Once outside of the measurement, for the state that reads share.
			scan.run(b, 1)
			*scan = contestant{decode: scan.decode}
			times := max(atLeast/pods, 1)
			for b.Loop() {
				scan.run(b, times)
				for _, other := range others {
					other.run(b, times)
				}
			}
			b.ReportMetric(float64(scan.least)/float64(pods), "scan-ns/pod")
			b.ReportMetric(float64(scan.allocations)/float64(b.N*pods*times), "allocs/pod")
			for _, other := range others {
				b.ReportMetric(float64(scan.least)/float64(other.least), other.unit)
			}
		})
	}
}

// contestant is a decoder and what it took.
type contestant struct {
	unit        string
	decode      func() error
	least       time.Duration
	allocations uint64
}

// atLeast is how many pods are decoded between two looks at the processor time: fewer
// take less than what a collection leaves to be swept in the background.
const atLeast = 10_000

// run decodes so many times. What the one before has left behind is collected first.
func (c *contestant) run(b *testing.B, times int) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin := processorTime(b)
	for range times {
		if err := c.decode(); err != nil {
			b.Fatal(err)
		}
	}
	took := (processorTime(b) - begin) / time.Duration(times)
	runtime.ReadMemStats(&after)
	if c.least == 0 || took < c.least {
		c.least = took
	}
	c.allocations += after.Mallocs - before.Mallocs
}

// BenchmarkTransfer measures a read through a local server, as it is and with
// gzip at the level that the API server uses, packed beforehand. It is why the
// Reader asks for no compression: unpacking costs the reader more than the scan,
// and packing costs the server more than that.
func BenchmarkTransfer(b *testing.B) {
	const pods = 10_000
	plain := encode(b, protobufType, podListOf(pods))
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	for name, body := range map[string][]byte{"plain": plain, "gzip": packed.Bytes()} {
		b.Run(name, func(b *testing.B) {
			s := newServer(b, map[string]http.HandlerFunc{"/": serve(body)})
			var d podDecoder
			var into model.Samples
			perPod(b, pods, func() error {
				into.Reset()
				response, err := http.Get(s.URL + "/")
				if err != nil {
					return err
				}
				defer response.Body.Close()
				var source io.Reader = response.Body
				if name == "gzip" {
					if source, err = gzip.NewReader(source); err != nil {
						return err
					}
				}
				rows := newPodRows(&into, &d.names)
				if err := d.stream.decode(source, podMetricsList, rows); err != nil {
					return err
				}
				rows.finish()
				return nil
			})
			b.ReportMetric(float64(len(body))/pods, "bytes/pod")
		})
	}
}

// perPod runs a decoder and reports time and allocations a pod.
func perPod(b *testing.B, pods int, decode func() error) {
	b.Helper()
	// Once outside of the measurement, for the state that reads share.
	if err := decode(); err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		if err := decode(); err != nil {
			b.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	each := float64(b.N) * float64(pods)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/each, "ns/pod")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/each, "allocs/pod")
}

func decodeInto(body []byte) func() error {
	var d podDecoder
	var s model.Samples
	return func() error { return d.decode(body, &s) }
}

// processorTime is what this process has used, its garbage collector included.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// decodeTyped decodes as the typed clients do.
func decodeTyped(mediaType string, body []byte) func() error {
	return func() error {
		_, _, err := codecOf(mediaType).Decode(body, nil, new(metrics.PodMetricsList))
		return err
	}
}

func readEveryByte(body []byte) func() error {
	buffer := make([]byte, bufferSize)
	return func() error {
		source := bytes.NewReader(body)
		var sum uint64
		for {
			n, err := source.Read(buffer)
			for _, c := range buffer[:n] {
				sum += uint64(c)
			}
			if err == io.EOF {
				sink = sum
				return nil
			}
			if err != nil {
				return err
			}
		}
	}
}
