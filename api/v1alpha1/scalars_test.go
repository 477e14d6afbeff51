package v1alpha1

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestDurationParse(t *testing.T) {
	for text, want := range map[Duration]time.Duration{
		"15s": 15 * time.Second, "1m": time.Minute, "1h30m": 90 * time.Minute, "0s": 0, "90s": 90 * time.Second,
		"30m1h": 90 * time.Minute, "99999h99999h99999h": 3 * 99999 * time.Hour,
	} {
		if got, err := text.Parse(); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []Duration{"", "31d", "1.5h", "-1m", "+1m", "1", "h", "100000h", "1ms", "1h1h1h1h", " 1m", "1m\n",
		Duration(strings.Repeat("1h", 1<<20))} {
		if got, err := text.Parse(); err == nil {
			t.Errorf("%.40q is %v, want an error", text, got)
		} else if !strings.Contains(err.Error(), "such as 90s") || len(err.Error()) > 200 {
			t.Errorf("%.40q: the error does not say what is right, or is too long: %.300v", text, err)
		}
	}
}

func TestNewDuration(t *testing.T) {
	for d, want := range map[time.Duration]Duration{
		0: "0s", 15 * time.Second: "15s", time.Minute: "1m", 90 * time.Minute: "1h30m", 24 * time.Hour: "24h",
		time.Hour + 5*time.Second: "1h5s", 1499 * time.Millisecond: "1s", 1500 * time.Millisecond: "2s",
		-time.Minute: "0s", 1<<63 - 1: "99999h", -1 << 63: "0s",
	} {
		if got := NewDuration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestTimestamp(t *testing.T) {
	zone := time.FixedZone("", 9*3600)
	for instant, want := range map[time.Time]Timestamp{
		time.Date(2026, 1, 31, 9, 0, 0, 999_999_999, time.UTC): "2026-01-31T09:00:00Z",
		time.Date(2026, 1, 31, 9, 0, 0, 0, zone):               "2026-01-31T00:00:00Z",
		{}:                                                     "", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC): "", time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC): "",
	} {
		got := NewTimestamp(instant)
		if got != want {
			t.Errorf("%v is %q, want %q", instant, got, want)
		}
		if back, err := got.Time(); got != "" && (err != nil || !back.Equal(instant.Truncate(time.Second))) {
			t.Errorf("%q reads as %v, %v; want %v", got, back, err, instant)
		}
	}
	if got, err := Timestamp("2026-01-31T09:00:00+09:00").Time(); err != nil || NewTimestamp(got) != "2026-01-31T00:00:00Z" {
		t.Errorf("an offset reads as %v, %v", got, err)
	}
	for _, text := range []Timestamp{"", "2026-01-31t09:00:00Z", "2026-01-31T09:00:00z", "2026-01-31T09:00:00.5Z", "2026-02-30T09:00:00Z",
		"2026-01-31T24:00:00Z", "2026-01-31T09:00:60Z", "2026-01-31", "2026-01-31T09:00:00", Timestamp(strings.Repeat("2", 1<<20))} {
		if got, err := text.Time(); err == nil {
			t.Errorf("%.40q is %v, want an error", text, got)
		}
	}
}

// TestFormsAreTheSchemas holds the patterns of Go and of the schema together.
func TestFormsAreTheSchemas(t *testing.T) {
	crd, err := os.ReadFile("../../config/crd/bases/usage-operator.io_resourcethresholds.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{durationForm.String(), timestampForm.String(), amountForm.String()} {
		if !strings.Contains(string(crd), "pattern: "+form+"\n") {
			t.Errorf("the schema does not have the pattern %s; run make manifests", form)
		}
	}
}

func FuzzScalars(f *testing.F) {
	for _, seed := range []string{"1h30m", "99999h99999h99999h", "2026-01-31T09:00:00Z", "0000-01-01T00:00:00-19:59", "31d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := Duration(text).Parse(); err == nil {
			if d < 0 {
				t.Fatalf("%q is negative: %v", text, d)
			}
			if back, err := NewDuration(d).Parse(); err != nil || back != min(d, maxDuration) {
				t.Fatalf("%q is %v, written as %q", text, d, NewDuration(d))
			}
		}
		if instant, err := Timestamp(text).Time(); err == nil {
			if back := NewTimestamp(instant); back != "" {
				if again, err := back.Time(); err != nil || !again.Equal(instant) {
					t.Fatalf("%q is %v, written as %q", text, instant, back)
				}
			}
		}
	})
}
