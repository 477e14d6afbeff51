package checkpoint

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
	"github.com/usage-operator/usage-operator/internal/usage"
)

var noon = time.Date(2026, 7, 1, 12, 0, 0, 123456789, time.UTC)

const someUID = "0b8f6c1e-3c8e-4b4f-9a7b-3f1f0e1a2b3c"

// busy is a checkpoint of so many rows, each with a full window of samples that
// vary by the hour and at random.
func busy(rows int, window time.Duration, seed uint64) *Content {
	random := rand.New(rand.NewPCG(seed, 0))
	s := &usage.Snapshot{Time: noon, Total: new(busyTrack(random, window, 1000))}
	for i := range rows {
		row := usage.RowTrack{Track: busyTrack(random, window, 1000/float64(i+1))}
		row.Subject = model.Subject{Namespace: "shop", Workload: model.Workload{Group: "apps", Kind: "Deployment", Name: fmt.Sprintf("storefront-%05d", i)}}
		row.Subject.Labels[1] = model.LabelValue{Value: "blue", Present: true}
		if i%5 == 4 {
			row.Empty = noon.Add(-time.Duration(i) * time.Second)
		}
		s.Rows = append(s.Rows, row)
	}
	return &Content{Owner: someUID, Hash: Hash{1, 2, 3}, Snapshot: s}
}

func busyTrack(random *rand.Rand, window time.Duration, size float64) usage.Track {
	t := usage.Track{Until: noon.Add(-7 * time.Second), Newest: noon.Unix() - 9}
	for r := range t.Windows {
		w := sketch.New(window)
		step := max(15*time.Second, window/3000) // that is enough to fill every cell that is ever filled
		for at := noon.Add(-window); at.Before(noon); at = at.Add(step) {
			value := size * (1.5 + float64(at.Hour())/24 + random.NormFloat64()/5) * 1e6
			w.Add(at, model.Sum{}.Plus(max(int64(value), 0)), step)
		}
		t.Windows[r] = w
	}
	return t
}

// ofValues is a checkpoint of a threshold.
func ofValues(rows int) *Content {
	c := busy(rows, time.Hour, 1)
	clear(c.Snapshot.Total.Windows[:])
	for i := range c.Snapshot.Rows {
		t := &c.Snapshot.Rows[i].Track
		t.Windows[1], t.Since = nil, noon.Add(-time.Duration(i)*time.Hour-time.Nanosecond)
	}
	return c
}

func mustEncode(t testing.TB, c *Content) []byte {
	t.Helper()
	data, omitted, err := Encode(c, MaxBytes)
	if err != nil || omitted != (Omitted{}) {
		t.Fatalf("left out are %+v: %v", omitted, err)
	}
	return data
}

func mustDecode(t testing.TB, data []byte) *Content {
	t.Helper()
	c, err := Decode(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
