package usage

// SetMaxSeries bounds the series of a report in a test: a comparison with the
// oracle wants no bound, since which rows have to wait is not said.
func (e *Engine) SetMaxSeries(n int) { e.maxSeries = n }
