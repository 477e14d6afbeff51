package checkpoint

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkCheckpoint is the size of a checkpoint of 20 rows, and the time to make
// and to read one.
func BenchmarkCheckpoint(b *testing.B) {
	for _, hours := range []int{1, 24, 744} {
		c := busy(20, time.Duration(hours)*time.Hour, 1)
		data := mustEncode(b, c)
		b.Run(fmt.Sprintf("encode/window=%dh", hours), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				mustEncode(b, c)
			}
			b.ReportMetric(float64(len(data)), "B/checkpoint")
			b.ReportMetric(float64(len(newPayload(c, c.Snapshot.Rows).bytes)), "B/uncompressed")
		})
		b.Run(fmt.Sprintf("decode/window=%dh", hours), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				mustDecode(b, data)
			}
		})
	}
}
