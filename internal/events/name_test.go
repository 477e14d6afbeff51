package events

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
)

func TestPrefix(t *testing.T) {
	for object, want := range map[string]string{
		"web":                           "web.",
		"ip-10-0-0-1.ec2.internal":      "ip-10-0-0-1.ec2.internal.",
		"Web_Server":                    "web-server.",
		"system:node:n1":                "system-node-n1.",
		"..a..-b-.":                     "a.b.",
		"café":                          "caf.",
		"日本":                            "",
		"":                              "",
		strings.Repeat("a", 300):        strings.Repeat("a", 200) + ".",
		strings.Repeat("a", 199) + "-b": strings.Repeat("a", 199) + ".",
		strings.Repeat("a", 199) + ".b": strings.Repeat("a", 199) + ".",
	} {
		if got := prefix(object); got != want {
			t.Errorf("the prefix of %q is %q, want %q", object, got, want)
		}
	}
}

// letters are some that names have, and some that they should not.
var letters = []rune("abzAZ059-._:/ é日\x00\u202e%")

func randomText(random *rand.Rand) string {
	text := make([]rune, random.IntN(300))
	for i := range text {
		text[i] = letters[random.IntN(len(letters))]
	}
	return string(text)
}

// TestNamesAreValid: whatever an object is called, and others have taken, the API
// server admits the name.
func TestNamesAreValid(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	for range 20_000 {
		object := randomText(random)
		name := nameOf(&About{UID: "1"}, &threshold.Notice{}, object)
		for n := range maxNames {
			if problems := validation.IsDNS1123Subdomain(nthName(name, n)); len(problems) > 0 {
				t.Fatalf("%q becomes %q: %v", object, nthName(name, n), problems)
			}
		}
	}
}

// TestNamesTellApart: notices that differ in anything but the note have different
// names, and the same notice always has the same.
func TestNamesTellApart(t *testing.T) {
	at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	subjects := []model.Subject{
		{}, {Namespace: "a"}, {Namespace: "ab"}, {Pod: "a"}, {Pod: "b"}, {Container: "a"}, {Node: "a"}, {Namespace: "a", Pod: "b"},
		{Workload: model.Workload{Group: "a"}}, {Workload: model.Workload{Kind: "a"}}, {Workload: model.Workload{Name: "a"}},
		{Workload: model.Workload{Kind: "a", Name: "b"}}, {Workload: model.Workload{Kind: "ab"}},
		{Labels: [model.MaxGroupKeys]model.LabelValue{{Present: true}}}, {Labels: [model.MaxGroupKeys]model.LabelValue{{}, {Present: true}}},
		{Labels: [model.MaxGroupKeys]model.LabelValue{{Value: "a", Present: true}}},
	}
	names := map[string]string{}
	for _, uid := range []string{"1", "2"} {
		for _, subject := range subjects {
			for _, overall := range []bool{false, true} {
				for reason := threshold.Exceeded; reason <= threshold.Unknown; reason++ {
					for _, severity := range []threshold.Severity{threshold.Warning, threshold.Critical} {
						for _, time := range []time.Time{at, at.Add(1), at.Add(time.Hour)} {
							n := threshold.Notice{Subject: subject, Overall: overall, Reason: reason, Severity: severity, Time: time, Note: "a"}
							what, name := fmt.Sprint(uid, n), nameOf(&About{UID: uid}, &n, "web")
							if other, taken := names[name]; taken {
								t.Fatalf("%s and %s have one name", what, other)
							}
							names[name] = what
							n.Note, n.OwedTime, n.Time = "b", at, n.Time.In(timeZone)
							if nameOf(&About{UID: uid, Name: "renamed"}, &n, "web") != name {
								t.Fatalf("%s has another name the second time", what)
							}
						}
					}
				}
			}
		}
	}
}

var timeZone = time.FixedZone("KST", 9*60*60)

// TestNamesStay: an operator must know what another version has written.
func TestNamesStay(t *testing.T) {
	n := &threshold.Notice{
		Subject: model.Subject{Namespace: "shop", Workload: model.Workload{Group: "apps", Kind: "Deployment", Name: "web"}},
		Reason:  threshold.Exceeded, Severity: threshold.Warning, Time: time.Unix(1_700_000_000, 0),
	}
	if got, want := nameOf(&About{UID: "5d0e5cd4"}, n, "web"), "web.044017a8382bb67c84defeeff2292e20"; got != want {
		t.Errorf("the name is %s, want %s", got, want)
	}
}
