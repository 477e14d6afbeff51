package metricsapi

import "time"

// The versions of metrics.k8s.io that this package reads. Their schema is the
// same; the aggregation layer does not convert, so each is served or a 404.
const (
	v1      = "v1"
	v1beta1 = "v1beta1"
)

// probeInterval is how often v1 is tried again while v1beta1 works.
const probeInterval = time.Hour

// versions remembers which version works. The zero value knows nothing yet.
//
// There is no discovery document in this: with a dead backend, aggregated
// discovery lists no resources and reads like an API that is not installed.
type versions struct {
	working string
	probeAt time.Time
}

// order returns the versions in the order to try them. Whichever is first, a
// 404 leads to the other.
func (v *versions) order(now time.Time) [2]string {
	if v.working == v1beta1 && now.Before(v.probeAt) {
		return [2]string{v1beta1, v1}
	}
	return [2]string{v1, v1beta1}
}

// probing tells whether an attempt at version is only a look whether it is
// there by now, so that any failure of it leads on to what has worked.
func (v *versions) probing(version string) bool {
	return version == v1 && v.working == v1beta1
}

// worked records that a version answered.
func (v *versions) worked(version string) { v.working = version }

// failed records that a version did not.
func (v *versions) failed(version string, now time.Time) {
	if version == v1 {
		v.probeAt = now.Add(probeInterval)
	}
}
