package report

import (
	"fmt"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

const gi = 1 << 30

// sum adds nanocores or bytes.
func sum(amounts ...int64) (s model.Sum) {
	for _, amount := range amounts {
		s = s.Plus(amount)
	}
	return s
}

func TestMeasured(t *testing.T) {
	for _, row := range []struct {
		resource model.Resource
		sum      model.Sum
		want     v1alpha1.Quantity
	}{
		{model.CPU, sum(), "0"},
		{model.CPU, sum(1), "1m"},
		{model.CPU, sum(1_000_000), "1m"},
		{model.CPU, sum(1_000_001), "2m"},
		{model.CPU, sum(12_345_600_000), "12346m"},
		{model.Memory, sum(), "0"},
		{model.Memory, sum(1023), "0"},
		{model.Memory, sum(1024), "1Ki"},
		{model.Memory, sum(10*mi - 1), "10239Ki"},
		{model.Memory, sum(10 * mi), "10Mi"},
		{model.Memory, sum(11*mi - 1), "10Mi"},
		{model.Memory, sum(2 * gi), "2048Mi"},
	} {
		if got := measured(row.resource, row.sum); got != row.want {
			t.Errorf("resource %d: %v is written as %s, want %s", row.resource, integer(row.sum), got, row.want)
		}
	}
}

func TestDeclared(t *testing.T) {
	for _, row := range []struct {
		resource model.Resource
		sum      model.Sum
		want     v1alpha1.Quantity
	}{
		{model.CPU, sum(), "0"},
		{model.CPU, sum(1), "1n"},
		{model.CPU, sum(1_500), "1500n"},
		{model.CPU, sum(100_000_000), "100m"},
		{model.CPU, sum(2_500_000_000), "2500m"},
		{model.CPU, sum(2_000_000_000), "2"},
		{model.CPU, sum(1_000_000_000_000), "1k"},
		{model.Memory, sum(), "0"},
		{model.Memory, sum(1), "1"},
		{model.Memory, sum(gi), "1Gi"},
		{model.Memory, sum(1_000_000_000), "1G"},
		{model.Memory, sum(gi, gi/2), "1536Mi"},
		{model.Memory, sum(1_500_000), "1500k"},
		{model.Memory, sum(1<<62, 1<<62, 1<<62), "12Ei"},
		// The decimal form would be shorter, and wrong.
		{model.Memory, sum(1_234_567_890_123 * ki), "1234567890123Ki"},
		{model.Memory, sum(1_234_567_890_123_000), "1234567890123k"},
		// No form holds it: rounded up.
		{model.Memory, sum(1_234_567_890_123_457), "1205632705199Ki"},
	} {
		if got := declared(row.resource, row.sum); got != row.want {
			t.Errorf("resource %d: %v is written as %s, want %s", row.resource, integer(row.sum), got, row.want)
		}
	}
}

func TestPercent(t *testing.T) {
	huge := sum(1 << 62)
	for range 60 {
		huge = huge.Add(huge)
	}
	for _, row := range []struct {
		usage, base model.Sum
		want        string
	}{
		{sum(1), sum(), "none"},
		{sum(), sum(1), "0"},
		{sum(999), sum(1000), "99"},
		{sum(1000), sum(1000), "100"},
		{sum(3), sum(1), "300"},
		{sum(1<<62, 1<<62), sum(1<<62, 1<<62, 1<<62), "66"},
		{huge, sum(1), "9007199254740991"},
	} {
		got := "none"
		if p := percent(&usage.Denominator{Usage: row.usage, Base: row.base}); p != nil {
			got = fmt.Sprint(*p)
		}
		if got != row.want {
			t.Errorf("%v of %v is %s percent, want %s", integer(row.usage), integer(row.base), got, row.want)
		}
	}
}
