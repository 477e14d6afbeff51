package poller

import "github.com/prometheus/client_golang/prometheus"

// Collectors tell what the statistics over windows take.
func (p *Poller) Collectors() []prometheus.Collector {
	gauge := func(name, help string, value func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	return []prometheus.Collector{
		gauge("usage_operator_window_memory_bytes", "Heap that the windows of all rows take.", func() int {
			bytes, _ := p.engine.Windows()
			return bytes
		}),
		gauge("usage_operator_rows_without_statistics", "Rows that have no statistics over a window, because they or their windows are too many.", func() int {
			_, waiting := p.engine.Windows()
			return waiting
		}),
	}
}

// BoundWindows says how many bytes the windows of all rows may take.
func (p *Poller) BoundWindows(bytes int) { p.engine.BoundWindows(bytes) }
