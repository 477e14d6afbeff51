// Package sketch keeps statistics of a value over a trailing window of time:
// average and maximum exactly, percentiles within 1 %, in one or two kilobytes
// and about 30 ns a sample, whatever the window.
//
//	w := sketch.New(time.Hour)
//	w.Add(now, usage, 15*time.Second)
//	s := w.Stats(now, 50, 95, 99)
//
// A sample is a value that stood for some time, its weight, which ended at some
// instant. Values are not negative and below 2^80: nanocores, bytes or parts of a
// ratio. The package knows no clock.
//
// # Slots
//
// A window is a row of slots, stretches of absolute time. Their length follows
// from the window alone: half a minute, doubled until 16 of them cover the
// window, so that there are 8 to 16. A sample goes to the slot in which it ends.
// Slots leave as a whole, once their time has left the window, so the cost of a
// sample does not grow with the window, and statistics reach up to one slot
// further back than the window. Stats says what was observed: from when, to when
// and how much of it. A gap has no weight and counts for nothing.
//
// Because each length is twice another and slots are aligned to absolute time, a
// longer slot holds shorter ones whole. A window that grows merges its slots; one
// that shrinks keeps its long slots until they leave and goes on with short ones.
//
// # Cells
//
// A slot has the exact sum of value × weight, the exact maximum, and the weight
// of each cell that has any. Cells divide the values such that no value is more
// than 1 % of itself away from its cell's representative. Zero and all integers
// up to 98 have cells of their own; then a cell is 2 % wide. They are laid by
// integer arithmetic, so that the bound is exact and a checkpoint means the same
// on every machine. A percentile is by nearest rank: the smallest value up to
// which that share of the weight lies. Its answer is the representative of that
// value's cell, but never more than the maximum. Where all samples are equal, and
// for the percentile 100, it is exact.
//
// Only the newest slot can be added to as it is, a sorted list of 8 bytes a cell.
// All before it are packed into varints, two bytes a cell where samples come
// regularly; a sample that comes late unpacks them. Weights that share a divisor,
// such as whole seconds, pack better than odd milliseconds: a noisy day takes
// 1.5 KB with samples each 15 s, and 2.3 KB where they are unevenly spaced.
//
// # Why not a library
//
// A day of one row's CPU at 15 s, in 13 slots; ns an addition over 50 windows in
// turn, µs for three percentiles of the whole day, bytes of heap a window:
//
//	              this package        DDSketch            HdrHistogram
//	constant      19 ns  2 µs  0.4 K  24 ns  2 µs  9.4 K  50 ns  342 µs  534 K
//	noisy         26 ns  5 µs  1.5 K  24 ns  3 µs   12 K  52 ns  359 µs  534 K
//	diurnal       27 ns  5 µs  1.8 K  24 ns  5 µs   13 K  52 ns  376 µs  534 K
//	bursty        29 ns  7 µs  2.5 K  25 ns  9 µs   29 K  53 ns  407 µs  534 K
//
// The libraries are github.com/DataDog/sketches-go with its fast mapping and its
// paged store, and github.com/HdrHistogram/hdrhistogram-go with two digits, each
// in a ring as it would need. DDSketch adds a little faster where values vary, but
// takes 7 to 21 times the memory, HdrHistogram 200 to 1,300 times; and memory is
// what bounds how many rows can have a window. Beside them, exact sums and maxima
// of 128 bits would still be needed. To repeat:
//
//	go test -run '^$' -bench 'AgainstLibraries|Add|Size' ./internal/sketch
package sketch
