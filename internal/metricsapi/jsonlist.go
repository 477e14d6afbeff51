package metricsapi

import (
	"encoding/json"
	"errors"
	"io"
)

// jsonList decodes a list in JSON item by item.
type jsonList struct {
	stream            *stream
	decoder           *json.Decoder
	kind              string
	item              func(*jsonMetrics) error
	sawKind, sawItems bool
}

// jsonItems decodes a list of a kind and calls item with each of its items.
func (s *stream) jsonItems(kind string, item func(*jsonMetrics) error) error {
	l := &jsonList{stream: s, decoder: json.NewDecoder(s), kind: kind, item: item}
	if err := l.decode(); err != nil {
		return l.explain(err)
	}
	return nil
}

func (l *jsonList) decode() error {
	if err := l.expect('{'); err != nil {
		return err
	}
	for l.decoder.More() {
		if err := l.field(); err != nil {
			return err
		}
	}
	if err := l.expect('}'); err != nil {
		return err
	}
	if !l.sawKind || !l.sawItems {
		return errEndsEarly
	}
	return l.end()
}

func (l *jsonList) field() error {
	key, err := l.decoder.Token()
	if err != nil {
		return err
	}
	switch key {
	case "kind":
		return l.checkKind()
	case "metadata":
		return l.checkMetadata()
	case "items":
		return l.items()
	default:
		var skipped json.RawMessage
		return l.value(&skipped)
	}
}

// value decodes one value, of the size of an item at most.
func (l *jsonList) value(into any) error {
	l.stream.allowance = min(maxBody, l.stream.position()+maxFrame)
	return l.decoder.Decode(into)
}

func (l *jsonList) expect(delimiter json.Delim) error {
	token, err := l.decoder.Token()
	if err == nil && token != delimiter {
		return errWire
	}
	return err
}

func (l *jsonList) checkKind() error {
	l.sawKind = true
	var kind string
	if err := l.value(&kind); err != nil {
		return err
	}
	if kind != l.kind {
		return errWrongKind
	}
	return nil
}

func (l *jsonList) checkMetadata() error {
	var metadata struct {
		Continue string `json:"continue"`
	}
	if err := l.value(&metadata); err != nil {
		return err
	}
	if metadata.Continue != "" {
		return errPartialList
	}
	return nil
}

func (l *jsonList) items() error {
	if l.sawItems {
		return errWire
	}
	l.sawItems = true
	// An empty list may be written as null.
	opening, err := l.decoder.Token()
	if err != nil || opening == nil {
		return err
	}
	if opening != json.Delim('[') {
		return errWire
	}
	for l.decoder.More() {
		var m jsonMetrics
		if err := l.value(&m); err != nil {
			return err
		}
		if err := l.item(&m); err != nil {
			return err
		}
	}
	return l.expect(']')
}

// end makes sure that nothing but white space follows the list.
func (l *jsonList) end() error {
	switch _, err := l.decoder.Token(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	default:
		return errTrailing
	}
}

// explain puts an error of the decoder in this package's words, because the
// decoder's may quote the body.
func (l *jsonList) explain(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errEndsEarly
	case errors.As(err, &syntax):
		return errWire
	}
	for _, known := range []error{
		errTooLong, errTooMany, errName, errQuantity, errWrongKind, errPartialList, errTrailing, errEndsEarly,
		l.stream.failure,
	} {
		if known != nil && errors.Is(err, known) {
			return known
		}
	}
	return errWire
}
