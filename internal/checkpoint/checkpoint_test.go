package checkpoint

import (
	"bytes"
	"encoding/binary"
	"flag"
	"hash/crc32"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/usage"
)

func TestRoundTrip(t *testing.T) {
	want := busy(20, time.Hour, 1)
	want.Snapshot.Sections = map[string][]byte{"one": {1, 2, 3}, "other": nil}
	want.Snapshot.Rows[3].Subject.Workload.ClusterScoped = true
	data := mustEncode(t, want)
	got := mustDecode(t, data)
	if got.Owner != want.Owner || got.Hash != want.Hash || !got.Snapshot.Time.Equal(noon) ||
		!slices.Equal(got.Snapshot.Sections["one"], []byte{1, 2, 3}) || len(got.Snapshot.Sections) != 2 {
		t.Errorf("got %+v", got)
	}
	if !bytes.Equal(mustEncode(t, got), data) {
		t.Error("what was decoded encodes to something else")
	}
	mustBeEqual(t, "total", want.Snapshot.Total, got.Snapshot.Total)
	for i := range want.Snapshot.Rows {
		w, g := &want.Snapshot.Rows[i], &got.Snapshot.Rows[i]
		if w.Subject != g.Subject {
			t.Errorf("row %d is of %+v, want %+v", i, g.Subject, w.Subject)
		}
		mustBeEqual(t, w.Subject.Workload.Name, &w.Track, &g.Track)
	}
}

func mustBeEqual(t *testing.T, what string, want, got *usage.Track) {
	t.Helper()
	if !want.Until.Equal(got.Until) || want.Newest != got.Newest || !want.Empty.Equal(got.Empty) || want.Empty.IsZero() != got.Empty.IsZero() {
		t.Errorf("%s: the times are %+v, want %+v", what, got, want)
	}
	if !want.Since.Equal(got.Since) || want.Since.IsZero() != got.Since.IsZero() {
		t.Errorf("%s: it lives since %s, want %s", what, got.Since, want.Since)
	}
	for r := range want.Windows {
		if want.Windows[r] == nil {
			if got.Windows[r] != nil {
				t.Errorf("%s: a window that is none has become one", what)
			}
			continue
		}
		w, g := want.Windows[r].Stats(noon, 50, 95, 99), got.Windows[r].Stats(noon, 50, 95, 99)
		if !reflect.DeepEqual(w, g) || w.Observed == 0 {
			t.Errorf("%s: the window has %+v, want %+v", what, g, w)
		}
	}
}

// TestWithoutStatistics: a report may have sections only.
func TestWithoutStatistics(t *testing.T) {
	c := &Content{Owner: someUID, Snapshot: &usage.Snapshot{Time: noon, Sections: map[string][]byte{"one": {1}}}}
	if got := mustDecode(t, mustEncode(t, c)); got.Snapshot.Total != nil || len(got.Snapshot.Sections) != 1 {
		t.Errorf("got %+v", got.Snapshot)
	}
}

// TestValues: a threshold has one window a row, and none for its total.
func TestValues(t *testing.T) {
	want := ofValues(3)
	data := mustEncode(t, want)
	got := mustDecode(t, data)
	if !bytes.Equal(mustEncode(t, got), data) {
		t.Error("what was decoded encodes to something else")
	}
	mustBeEqual(t, "total", want.Snapshot.Total, got.Snapshot.Total)
	for i := range want.Snapshot.Rows {
		mustBeEqual(t, "row", &want.Snapshot.Rows[i].Track, &got.Snapshot.Rows[i].Track)
	}
}

// TestLimit leaves out rows from the end, no more than it must, and never the
// total.
func TestLimit(t *testing.T) {
	c := busy(120, time.Hour, 1)
	whole := len(mustEncode(t, c))
	for _, limit := range []int{whole, whole * 3 / 4, whole / 2, whole / 10} {
		data, omitted, err := Encode(c, limit)
		if err != nil || len(data) > limit {
			t.Fatalf("%d of %d bytes: %v", len(data), limit, err)
		}
		kept := mustDecode(t, data).Snapshot
		if kept.Total == nil || len(kept.Rows) != 120-omitted.Rows || kept.Rows[len(kept.Rows)-1].Subject != c.Snapshot.Rows[119-omitted.Rows].Subject {
			t.Errorf("of 120 rows %d are kept and %d left out", len(kept.Rows), omitted.Rows)
		}
		if len(data) < limit*8/10 {
			t.Errorf("%d of %d bytes are used", len(data), limit)
		}
	}
	data, omitted, err := Encode(c, 100)
	if err == nil {
		t.Errorf("100 bytes hold %d, with %+v left out", len(data), omitted)
	}
}

// TestLargest is as large as any report can be.
func TestLargest(t *testing.T) {
	c := busy(usage.MaxSeries, time.Hour, 1)
	long := busy(1, 744*time.Hour, 2)
	for i := range c.Snapshot.Rows {
		c.Snapshot.Rows[i].Windows = long.Snapshot.Rows[0].Windows
		c.Snapshot.Rows[i].Subject.Pod = strings.Repeat("p", 253)
	}
	data, _, err := Encode(c, 1<<30)
	if err != nil || len(data) > MaxBytes {
		t.Fatalf("%d bytes: %v", len(data), err)
	}
	mustDecode(t, data)
}

// TestEndlessNames: whoever creates pods can name owners without end. Such a row
// is left out.
func TestEndlessNames(t *testing.T) {
	c := busy(2, time.Hour, 1)
	c.Snapshot.Rows[0].Subject.Workload.Name = strings.Repeat("x", maxName+1)
	data, omitted, err := Encode(c, MaxBytes)
	if err != nil || omitted.Rows != 1 || len(mustDecode(t, data).Snapshot.Rows) != 1 {
		t.Errorf("left out are %+v: %v", omitted, err)
	}
}

func TestOpen(t *testing.T) {
	c := busy(1, time.Hour, 1)
	data := mustEncode(t, c)
	if s, err := Open(data, nil, c.Owner, c.Hash); err != nil || len(s.Rows) != 1 {
		t.Errorf("opened %+v: %v", s, err)
	}
	c.Snapshot.Sections = map[string][]byte{"alerts": {1}}
	if s, err := Open(mustEncode(t, c), nil, c.Owner, Hash{9}); err != nil || !s.Changed || s.Total != nil || s.Rows != nil || len(s.Sections) != 1 {
		t.Errorf("of another meaning, opened %+v: %v", s, err)
	}
	newer := slices.Clone(data)
	newer[0] = Version + 1
	resum(newer)
	for _, x := range []struct {
		data  []byte
		owner string
		hash  Hash
		want  Reason
	}{
		{data, "another", c.Hash, ForeignOwner},
		{newer, c.Owner, c.Hash, ForeignVersion},
		{data[:len(data)-1], c.Owner, c.Hash, Corrupt},
		{append(slices.Clone(data), 0), c.Owner, c.Hash, Corrupt},
		{nil, c.Owner, c.Hash, Corrupt},
	} {
		if s, err := Open(x.data, nil, x.owner, x.hash); ReasonOf(err) != x.want || s != nil {
			t.Errorf("opened %v with %v, want %s", s, err, x.want)
		}
	}
	if got := ReasonOf(os.ErrClosed); got != "" {
		t.Errorf("another error has the reason %s", got)
	}
}

// resum makes the checksum right.
func resum(data []byte) {
	guarded := data[:len(data)-sumBytes]
	binary.BigEndian.PutUint32(data[len(guarded):], crc32.Checksum(guarded, castagnoli))
}

// TestAccidents: no flipped bit and no lost end goes unnoticed.
func TestAccidents(t *testing.T) {
	data := mustEncode(t, busy(1, 5*time.Minute, 1))
	for i := range data {
		for bit := range 8 {
			broken := slices.Clone(data)
			broken[i] ^= 1 << bit
			if _, err := Decode(broken, nil); ReasonOf(err) != Corrupt {
				t.Fatalf("bit %d of byte %d: %v", bit, i, err)
			}
		}
		if _, err := Decode(data[:i], nil); ReasonOf(err) != Corrupt {
			t.Fatalf("%d bytes of %d: %v", i, len(data), err)
		}
	}
}

// TestRepeatedRow: two rows of one subject are no checkpoint.
func TestRepeatedRow(t *testing.T) {
	c := busy(2, time.Hour, 1)
	c.Snapshot.Rows[1].Subject = c.Snapshot.Rows[0].Subject
	if _, err := Decode(mustEncode(t, c), nil); ReasonOf(err) != Corrupt {
		t.Errorf("decoded with %v", err)
	}
}

var update = flag.Bool("update", false, "write testdata/v1 anew; checkpoints in clusters stay as they are")

// TestStoredCheckpoint reads what an earlier operator wrote. Where this fails, the
// version must change.
func TestStoredCheckpoint(t *testing.T) {
	want := busy(3, time.Hour, 7)
	if *update {
		if err := os.WriteFile("testdata/v1", mustEncode(t, want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile("testdata/v1")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Open(data, nil, want.Owner, want.Hash)
	if err != nil {
		t.Fatal(err)
	}
	mustBeEqual(t, "total", want.Snapshot.Total, got.Total)
	for i := range want.Snapshot.Rows {
		mustBeEqual(t, "row", &want.Snapshot.Rows[i].Track, &got.Rows[i].Track)
	}
	if got.Rows[1].Subject.Labels != want.Snapshot.Rows[1].Subject.Labels {
		t.Errorf("the subject is %+v", got.Rows[1].Subject)
	}
}

// TestSpoiledSection: a checkpoint whose history cannot be read is corrupt as a
// whole.
func TestSpoiledSection(t *testing.T) {
	c := &Content{Owner: someUID, Snapshot: &usage.Snapshot{Time: noon, Sections: map[string][]byte{"history": {0xff}}}}
	if _, err := Open(mustEncode(t, c), nil, someUID, c.Hash); ReasonOf(err) != Corrupt {
		t.Errorf("the error is %v, want one of the reason %s", err, Corrupt)
	}
}
