package report

import (
	"encoding/json"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// MaxBytes is what a status may have at most, encoded as JSON. The API server
// takes objects of 1.5 MB, but each write sends, stores and caches all of it.
const MaxBytes = 256 << 10

// Fitting returns how many of the groups fit into a status of MaxBytes, beside
// all else that it holds. The rest must be folded into other.
func Fitting(s *v1alpha1.ReportStatus) int {
	if len(s.Groups) == 0 {
		return 0
	}
	others := *s
	others.Groups = nil
	room := MaxBytes - encoded(&others) - len(`"groups":[]`)
	for i := range s.Groups {
		if room -= encoded(&s.Groups[i]) + len(`,`); room < 0 {
			return i
		}
	}
	return len(s.Groups)
}

// encoded returns the size of a value in bytes of JSON.
func encoded(value any) int {
	text, _ := json.Marshal(value) // strings, integers, lists and maps of them cannot fail
	return len(text)
}
