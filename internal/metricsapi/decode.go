package metricsapi

import "io"

// The kinds of list that are read.
const (
	podMetricsList  = "PodMetricsList"
	nodeMetricsList = "NodeMetricsList"
)

// rows are made of the items of a list, in either encoding.
type rows interface {
	scan(message []byte) error
	decode(item *jsonMetrics) error
}

// decode reads a body to its end and adds its items to rows. What arrived can
// be told only from its first bytes where a proxy drops the content type.
func (s *stream) decode(body io.Reader, kind string, into rows) error {
	s.reset(body)
	if err := s.need(len(magic)); err != nil {
		return err
	}
	switch held := s.held(); {
	case isProtobuf(held):
		return s.list(kind, into.scan)
	case held[0] == '{':
		return s.jsonItems(kind, into.decode)
	default:
		return errNotList
	}
}
