package metricsapi

import (
	"bytes"

	"github.com/usage-operator/usage-operator/internal/model"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The types below hold of PodMetrics and NodeMetrics what a row needs. They keep
// quantities as text: resource.Quantity would parse one of any exponent.
type jsonMetrics struct {
	Metadata struct {
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	} `json:"metadata"`
	Timestamp  metav1.Time     `json:"timestamp"`
	Window     metav1.Duration `json:"window"`
	Usage      jsonUsage       `json:"usage"`
	Containers []struct {
		Name  string    `json:"name"`
		Usage jsonUsage `json:"usage"`
	} `json:"containers"`
}

func (m *jsonMetrics) head() *head {
	h := &head{
		namespace: []byte(m.Metadata.Namespace),
		name:      []byte(m.Metadata.Name),
		window:    m.Window.Duration,
	}
	if !m.Timestamp.IsZero() {
		h.time = m.Timestamp.UTC()
	}
	return h
}

// jsonUsage holds quantities, nil where there is none.
type jsonUsage struct {
	CPU    jsonQuantity `json:"cpu"`
	Memory jsonQuantity `json:"memory"`
}

func (j *jsonUsage) usage() (*usage, error) {
	u := new(usage)
	for r, quantity := range [...]jsonQuantity{model.CPU: j.CPU, model.Memory: j.Memory} {
		if quantity == nil {
			continue
		}
		if err := u.set(model.Resource(r), quantity); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// jsonQuantity is a quantity that is not parsed yet. It may be a string or a
// number; null is none.
type jsonQuantity []byte

// UnmarshalJSON takes the text over.
func (q *jsonQuantity) UnmarshalJSON(value []byte) error {
	if string(value) == "null" {
		*q = nil
		return nil
	}
	if len(value) >= 2 && value[0] == '"' {
		value = value[1 : len(value)-1]
	}
	if len(value) > maxQuantity {
		return errQuantity
	}
	*q = append(jsonQuantity{}, bytes.TrimSpace(value)...)
	return nil
}

// decode adds one PodMetrics in JSON.
func (r *podRows) decode(m *jsonMetrics) error {
	known, err := r.begin(m.head())
	if err != nil {
		return err
	}
	for i := range m.Containers {
		u, err := m.Containers[i].Usage.usage()
		if err != nil {
			return err
		}
		if err := r.addContainer([]byte(m.Containers[i].Name), u, known); err != nil {
			return err
		}
	}
	return nil
}

// decode adds one NodeMetrics in JSON.
func (r *nodeRows) decode(m *jsonMetrics) error {
	u, err := m.Usage.usage()
	if err != nil {
		return err
	}
	return r.add(m.head(), u)
}
