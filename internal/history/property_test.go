package history_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
)

// steps are of all kinds: those that hold one another and those that do not.
var steps = []time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 7 * time.Minute, 15 * time.Minute, time.Hour, 61 * time.Second, 24 * time.Hour,
}

var pointCounts = []int{1, 2, 3, 12, 300}

func anyShape(random *rand.Rand) history.Shape {
	return history.Shape{Step: steps[random.IntN(len(steps))], Points: pointCounts[random.IntN(len(pointCounts))]}
}

// anyValue is of any size that a window takes, often a small one, often 0.
func anyValue(random *rand.Rand) model.Sum {
	switch random.IntN(4) {
	case 0:
		return model.Sum{}
	case 1:
		return model.SumOfWords(0, random.Uint64N(1000))
	case 2:
		return model.SumOfWords(0, random.Uint64())
	default:
		return model.SumOfWords(random.Int64N(1<<16), random.Uint64())
	}
}

// TestAgainstOracle adds samples with gaps and steps of the clock, edits the shape
// and goes through the encoding, and compares all points with those of an oracle
// that keeps everything.
func TestAgainstOracle(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		shape := anyShape(random)
		ring, truth := history.New(shape), newOracle(shape)
		now := int64(1_790_000_000_000) + random.Int64N(1e9)
		for i := range 200 {
			switch random.IntN(40) {
			case 0: // a gap
				now += random.Int64N(shape.Step.Milliseconds() * 5)
			case 1: // the clock is set back
				now -= random.Int64N(shape.Step.Milliseconds() * int64(shape.Points+2))
			case 2:
				shape = anyShape(random)
				ring.Resize(shape)
				truth.resize(shape)
			case 3:
				ring = decoded(t, ring)
			}
			length := random.Int64N(90_000)
			now += length
			values := model.Sums{anyValue(random), anyValue(random)}
			took := ring.Add(time.UnixMilli(now), values, time.Duration(length)*time.Millisecond)
			if want := truth.add(now, values, length); took != want {
				t.Fatalf("seed %d, sample %d: taken %v, want %v", seed, i, took, want)
			}
			if i%10 != 0 {
				continue
			}
			if diff := cmp.Diff(truth.view(), ring.View(), cmp.AllowUnexported(model.Sum{})); diff != "" {
				t.Fatalf("seed %d, sample %d, shape %v (-want +got):\n%s", seed, i, shape, diff)
			}
		}
	}
}

func decoded(t *testing.T, ring *history.Ring) *history.Ring {
	t.Helper()
	data, err := ring.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	again, rest, err := history.Decode(append(data, "rest"...))
	if err != nil || string(rest) != "rest" {
		t.Fatalf("%x decodes to %v and %q", data, err, rest)
	}
	return again
}
