package v1alpha1

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Quantity is an amount in the form of a Kubernetes quantity, for example
// 500m or 2Gi. An exponent (1e3) and a sign are not part of the form.
//
// +kubebuilder:validation:MaxLength=20
// +kubebuilder:validation:Pattern=`^[0-9]{1,15}(\.[0-9]{1,3})?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$`
type Quantity string

// Duration is a length of time in hours, minutes and seconds, for example
// 90s, 15m or 1h30m.
//
// +kubebuilder:validation:MaxLength=18
// +kubebuilder:validation:Pattern=`^([0-9]{1,5}(h|m|s)){1,3}$`
type Duration string

// Timestamp is a time in the form of RFC 3339 in whole seconds, for example
// 2026-01-31T09:00:00Z.
//
// +kubebuilder:validation:Format=date-time
// +kubebuilder:validation:MaxLength=25
// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][01][0-9]:[0-5][0-9])$`
type Timestamp string

// Deadline is a Timestamp that a user writes. It goes without the format
// date-time, with which the rule could not read a text that is no time, and
// would fail instead of saying what is right.
//
// +kubebuilder:validation:MaxLength=25
// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][01][0-9]:[0-5][0-9])$') && !format.datetime().validate(self).hasValue()",message="this is not a time: write RFC 3339 in whole seconds, for example 2026-12-01T00:00:00Z or 2026-12-01T09:00:00+09:00"
type Deadline string

const (
	maxDurationLength  = 18
	maxTimestampLength = 25
	maxDuration        = 99999 * time.Hour
)

var (
	durationForm  = regexp.MustCompile(`^([0-9]{1,5}(h|m|s)){1,3}$`)
	timestampForm = regexp.MustCompile(
		`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][01][0-9]:[0-5][0-9])$`)
)

// Parse returns the length of time. It holds the same bounds as the schema,
// because an object may have been stored under another schema.
func (d Duration) Parse() (time.Duration, error) {
	if len(d) > maxDurationLength || !durationForm.MatchString(string(d)) {
		return 0, fmt.Errorf("duration %.40q is not hours, minutes and seconds, such as 90s, 15m or 1h30m", string(d))
	}
	return time.ParseDuration(string(d))
}

// NewDuration gives d in whole seconds, rounded, with the parts that are not
// zero: 15s, 1m, 1h30m. What Duration cannot say becomes the nearest that it
// can: 0s for a negative d, 99999h for a longer one.
func NewDuration(d time.Duration) Duration {
	d = min(max(d.Round(time.Second), 0), maxDuration)
	if d == 0 {
		return "0s"
	}
	var text []byte
	for _, part := range []struct {
		unit time.Duration
		name byte
	}{{time.Hour, 'h'}, {time.Minute, 'm'}, {time.Second, 's'}} {
		if n := d / part.unit; n > 0 {
			text = append(strconv.AppendInt(text, int64(n), 10), part.name)
			d %= part.unit
		}
	}
	return Duration(text)
}

// Time returns the instant. It holds the same bounds as the schema.
func (t Timestamp) Time() (time.Time, error) {
	if len(t) > maxTimestampLength || !timestampForm.MatchString(string(t)) {
		return time.Time{}, fmt.Errorf("time %.40q is not RFC 3339 in whole seconds, such as 2026-01-31T09:00:00Z", string(t))
	}
	instant, err := time.Parse(time.RFC3339, string(t))
	if err != nil {
		return time.Time{}, fmt.Errorf("time %q does not exist: %w", string(t), err)
	}
	return instant, nil
}

// Time returns the instant. It holds the same bounds as the schema.
func (d Deadline) Time() (time.Time, error) { return Timestamp(d).Time() }

// NewTimestamp gives t in UTC, cut to whole seconds. The zero time, and years
// that RFC 3339 cannot say, give the empty Timestamp, which means "none".
func NewTimestamp(t time.Time) Timestamp {
	t = t.UTC()
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return Timestamp(t.Format(time.RFC3339))
}
