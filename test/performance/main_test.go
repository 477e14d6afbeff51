package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const printed = `goos: linux
cpu: AMD EPYC
BenchmarkTick/pods=1000-2    	      20	    819672 ns/op	       181.0 join-ns/pod	       593.0 ns/pod
BenchmarkRace-16   	      10	         0.2190 ×cpu
BenchmarkAlone 	 1	 5 B/op
    bench_test.go:3: BenchmarkNot-2 1 2 ns/op
BenchmarkSkipped-2
PASS
`

func TestParse(t *testing.T) {
	want := results{
		"Tick/pods=1000": {"ns/op": 819672, "join-ns/pod": 181, "ns/pod": 593},
		"Race":           {"×cpu": 0.219},
		"Alone":          {"B/op": 5},
	}
	if diff := cmp.Diff(want, parse(printed)); diff != "" {
		t.Errorf("parsed (-want +got):\n%s", diff)
	}
}

func TestLacks(t *testing.T) {
	m := measurement{rows: []row{{of: "Tick/pods=1000", metric: "ns/pod"}, {of: "Tick/pods=150000", metric: "join-ns/pod"}}}
	if err := m.lacks(parse(printed), false); err == nil {
		t.Error("a row of a whole run is not filled, and nothing is said")
	}
	if err := m.lacks(parse(printed), true); err != nil {
		t.Errorf("a quick run needs no large cluster: %v", err)
	}
	m.rows[1].metric = "sums-ns/pod"
	if err := m.lacks(parse(printed), true); err == nil {
		t.Error("a metric is reported by no benchmark, and nothing is said")
	}
}

func TestRow(t *testing.T) {
	r := row{what: "time", of: "Tick", metric: "ns/pod", unit: "ns", most: 500}
	for _, test := range []struct {
		value float64
		want  string
	}{
		{500, "| time | 500 ns | ≤ 500 ns | met |\n"},
		{501, "| time | 501 ns | ≤ 500 ns | **not met**, by 1 % |\n"},
		{1499.6, "| time | 1,500 ns | ≤ 500 ns | **not met**, by 200 % |\n"},
	} {
		if got := r.line(results{"Tick": {"ns/pod": test.value}}); got != test.want {
			t.Errorf("%v: %q, want %q", test.value, got, test.want)
		}
	}
	if got, want := r.line(results{}), "| time | – | ≤ 500 ns | not measured |\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	r.most = 0
	if got, want := r.line(results{"Tick": {"ns/pod": 7}}), "| time | 7 ns |  |  |\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestThreeDigits(t *testing.T) {
	for value, want := range map[float64]string{
		0: "0", 0.0000133: "0", 0.01927: "0.0193", 0.00057: "0.0006", 0.21899: "0.219", 0.5: "0.5", 2.3761: "2.38",
		10: "10", 89.72: "89.7", 99.99: "100", 271.6: "272", 1000: "1,000", 1234567: "1,234,567", -0.25: "-0.25", -123: "-123", -4567: "-4,567",
	} {
		if got := threeDigits(value); got != want {
			t.Errorf("%v is shown as %s, want %s", value, got, want)
		}
	}
}

func TestReplace(t *testing.T) {
	document := "# Performance\n\n" + begin + "\nold\n" + end + "\n\nWhy.\n"
	got, err := replace(document, "\nnew\n\n")
	if err != nil {
		t.Fatal(err)
	}
	if want := "# Performance\n\n" + begin + "\n\nnew\n\n" + end + "\n\nWhy.\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if again, err := replace(got, "new"); err != nil || again != got {
		t.Errorf("not the same a second time: %q, %v", again, err)
	}
	for _, broken := range []string{"", begin + "\n", end + "\n" + begin + "\n"} {
		if _, err := replace(broken, "new"); err == nil {
			t.Errorf("%q has a place for the table", broken)
		}
	}
}

func TestChoose(t *testing.T) {
	for _, test := range []struct {
		o    options
		want string
	}{
		{options{}, "a b c"},
		{options{only: "c,a"}, "a c"},
		{options{skip: "b c"}, "a"},
		{options{only: "a,b", skip: "b"}, "a"},
	} {
		chosen, err := choose([]measurement{{name: "a"}, {name: "b"}, {name: "c"}}, test.o)
		var got []string
		for _, m := range chosen {
			got = append(got, m.name)
		}
		if err != nil || strings.Join(got, " ") != test.want {
			t.Errorf("%+v chooses %v, %v; want %s", test.o, got, err, test.want)
		}
	}
	if _, err := choose(measurements, options{skip: "rase"}); err == nil {
		t.Error("a measurement that does not exist can be left out")
	}
}

// TestMeasurements: what --only takes is a word, and each row says where its
// value comes from.
func TestMeasurements(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range measurements {
		if seen[m.name] || !regexp.MustCompile(`^[a-z]+$`).MatchString(m.name) {
			t.Errorf("%q is no name, or another's", m.name)
		}
		seen[m.name] = true
		for _, row := range m.rows {
			name, _, _ := strings.Cut(row.of, "/")
			if !regexp.MustCompile(m.benchmark).MatchString("Benchmark" + name) {
				t.Errorf("%s: Benchmark%s is not run", m.name, name)
			}
		}
	}
}
