package history_test

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
)

// FuzzDecode takes whatever bytes. What is a ring is consistent, encodes to what
// decodes to the same, and lives on.
func FuzzDecode(f *testing.F) {
	gap := minutesFromNoon(4, 1, 2)
	gap.Add(noon.Add(5*time.Minute), model.Sums{model.SumOfWords(1<<16-1, 1<<64-1), {}}, 1500*time.Millisecond)
	for _, ring := range []*history.Ring{history.New(history.Shape{}), minutesFromNoon(300, 1, 2, 3, 0, 1e15), gap} {
		data, err := ring.AppendBinary(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ring, _, err := history.Decode(data)
		if err != nil {
			return
		}
		mustBeConsistent(t, ring)
		again := decoded(t, ring)
		want, _ := ring.AppendBinary(nil)
		if got, _ := again.AppendBinary(nil); !slices.Equal(want, got) {
			t.Errorf("%x decodes to %x", want, got)
		}
		for _, step := range steps {
			ring.Resize(history.Shape{Step: step, Points: 100})
			ring.Add(noon, cpu(1), time.Hour)
			mustBeConsistent(t, decoded(t, ring))
		}
	})
}

// mustBeConsistent fails unless the points are in order, within the shape, and no
// average is above its maximum.
func mustBeConsistent(t *testing.T, ring *history.Ring) {
	t.Helper()
	points, shape := ring.View().Points, ring.Shape()
	if len(points) > shape.Points {
		t.Fatalf("%d points of %d", len(points), shape.Points)
	}
	for i, p := range points {
		if p.Observed <= 0 || p.Start.UnixMilli()%shape.Step.Milliseconds() != 0 {
			t.Fatalf("point %d is %+v", i, p)
		}
		if i > 0 && !points[i-1].Start.Before(p.Start) || p.Start.Sub(points[0].Start) > time.Duration(shape.Points-1)*shape.Step {
			t.Fatalf("point %d is at %s, the one before at %s, the first at %s", i, p.Start, points[i-1].Start, points[0].Start)
		}
		for r := range p.Average {
			if p.Average[r].Compare(p.Maximum[r]) > 0 || p.Average[r].Compare(model.Sum{}) < 0 {
				t.Fatalf("point %d has the average %v of a maximum of %v", i, p.Average[r], p.Maximum[r])
			}
		}
	}
}

// TestDecodeRefuses what no ring encodes to.
func TestDecodeRefuses(t *testing.T) {
	minute := uint64(60_000)
	for name, numbers := range map[string][]uint64{
		"nothing":                            {},
		"a step that is too short":           {59_000, 1, 0},
		"a step that is too long":            {86_401_000, 1, 0},
		"a step of no whole seconds":         {60_001, 1, 0},
		"no room for points":                 {minute, 0, 0},
		"room for too many points":           {minute, 301, 0},
		"more points than room":              {minute, 1, 2},
		"a point that is missing":            {minute, 1, 1},
		"a point without weight":             {minute, 1, 1, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		"a point too late":                   {minute, 1, 1, 1 << 50, 1, 0, 0, 0, 0, 0, 0, 0, 0},
		"a maximum too large":                {minute, 1, 1, 5, 1, 1 << 16, 0, 0, 0, 0, 0, 0, 0},
		"a sum below 0":                      {minute, 1, 1, 5, 2, 0, 7, 0, 15, 0, 0, 0, 0},
		"two points of one step":             {minute, 2, 2, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0},
		"a point further than the ring goes": {minute, 2, 2, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0},
	} {
		if ring, _, err := history.Decode(varints(numbers)); err == nil {
			t.Errorf("%s: is %+v", name, ring.View())
		}
	}
	good := []uint64{minute, 2, 2, 5, 2, 0, 7, 0, 14, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0}
	if ring, _, err := history.Decode(varints(good)); err != nil || len(ring.View().Points) != 2 {
		t.Errorf("two points that are right: %v", err)
	}
}

func varints(numbers []uint64) (data []byte) {
	for _, n := range numbers {
		data = binary.AppendUvarint(data, n)
	}
	return data
}
