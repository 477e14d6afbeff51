package alert

import (
	"strings"

	"github.com/usage-operator/usage-operator/internal/model"
)

// SubjectName names a subject in a few words: Deployment/web in shop.
func SubjectName(s *model.Subject, labelKeys []string) string {
	return short.name(s, labelKeys, true)
}

// style is how a subject is named.
type style struct {
	// of stands between a kind and a name, and in between a part and the whole,
	// which come in this order where partFirst.
	of, in    string
	partFirst bool
	// all names the subject of a threshold that groups by nothing.
	all string
}

var (
	// short names are for columns: Deployment/web/app.
	short = style{of: "/", in: "/", all: "All"}
	// long names are for sentences: Container app of Deployment web.
	long = style{of: " ", in: " of ", partFirst: true, all: "All that is selected"}
)

// name names a subject, with its namespace where that is not known otherwise.
func (y style) name(s *model.Subject, labelKeys []string, namespaced bool) string {
	object := y.container(s, y.object(s))
	parts := []string{}
	if object != "" {
		parts = append(parts, object)
	}
	for i, key := range labelKeys {
		parts = append(parts, labelText(key, s.Labels[i]))
	}
	if len(parts) == 0 {
		return y.all
	}
	text := strings.Join(parts, ", ")
	if namespaced && s.Namespace != "" && (s.Pod != "" || s.Workload.Kind != "") {
		text += " in " + s.Namespace
	}
	return text
}

// object names the smallest object that the subject lies in; "" for none.
func (y style) object(s *model.Subject) (text string) {
	switch {
	case s.Pod != "":
		text = "Pod" + y.of + s.Pod
	case s.Workload.Kind != "":
		text = s.Workload.Kind + y.of + s.Workload.Name
	case s.Namespace != "":
		text = "Namespace" + y.of + s.Namespace
	case s.Node != "":
		return "Node" + y.of + s.Node
	}
	if text != "" && s.Node != "" {
		text += " on " + s.Node
	}
	return text
}

func (y style) container(s *model.Subject, object string) string {
	switch {
	case s.Container == "":
		return object
	case object == "":
		return "Container" + y.of + s.Container
	case y.partFirst:
		return "Container" + y.of + s.Container + y.in + object
	default:
		return object + y.in + s.Container
	}
}

// labelText is team=a, or !team where the label is absent, as selectors of labels
// say it.
func labelText(key string, v model.LabelValue) string {
	if !v.Present {
		return "!" + key
	}
	return key + "=" + v.Value
}
