package checkpoint

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// BenchmarkCheckpoint writes a report each 5 minutes, and another base whenever that
// is due, as package keeper does; then it reads what it wrote last.
func BenchmarkCheckpoint(b *testing.B) {
	for _, hours := range []int{1, 24, 744} {
		b.Run(fmt.Sprintf("hours=%d", hours), func(b *testing.B) { writeOften(b, lived(b, 20, time.Duration(hours)*time.Hour, 1), false) })
	}
	b.Run("hours=24,history,accounts", func(b *testing.B) { writeOften(b, lived(b, 20, 24*time.Hour, 1), true) })
}

func writeOften(b *testing.B, l *life, sections bool) {
	var w written
	for b.Loop() {
		b.StopTimer()
		if l.run(5 * time.Minute); !sections {
			l.Snapshot.Sections = nil
		}
		b.StartTimer()
		w.write(b, l.Content)
	}
	b.ReportMetric(float64(w.bytes)/float64(b.N), "B/write")
	b.ReportMetric(float64(len(w.baseData)), "B/base")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/write")
	const readings = 20
	began := time.Now()
	for range readings {
		if _, err := Decode(w.data, w.baseData); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(began).Microseconds())/1000/readings, "ms/read")
}

// written is the last checkpoint of a report, and what all took together.
type written struct {
	base           *Base
	data, baseData []byte
	bytes          int
	least, excess  int
}

func (w *written) write(b *testing.B, c *Content) {
	b.Helper()
	isNew := w.base == nil || w.excess > w.base.Size()
	if isNew {
		w.base, w.baseData = mustBase(b, c)
		w.bytes, w.least, w.excess = w.bytes+len(w.baseData), math.MaxInt, 0
	}
	data, _, err := w.base.Encode(c, MaxBytes)
	if err != nil {
		b.Fatal(err)
	}
	if w.data, w.bytes = data, w.bytes+len(data); !isNew {
		w.least = min(w.least, len(data))
		w.excess += len(data) - w.least
	}
}
