package metricsapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	metrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"

	"github.com/usage-operator/usage-operator/internal/model"
)

// FuzzPodMetricsList holds the scan against the generated Unmarshal. Where both
// accept a list, they find the same rows. They may differ in what they accept:
//
//   - Fields that make no row are only skipped by the scan. What it accepts,
//     Unmarshal has to accept once such fields are cut out of the message.
//   - Unmarshal is laxer with entries of a map (their wire types, and lengths
//     beyond their end), with varints above 64 bits, with numbers of fields above
//     31 bits and with groups in a list. What it accepts, the scan has to accept
//     once Marshal has written it anew.
//   - The scan refuses more on purpose: names that are empty or too long, lists
//     that continue elsewhere, quantities that are bare suffixes, longer than 64
//     characters or with an exponent of more than 3.
func FuzzPodMetricsList(f *testing.F) {
	f.Add(marshal(f, podListOf(2)))
	f.Add(marshal(f, smallOddPodList()))
	f.Add(onePod(oneContainer(99, "x", 98, uint64(1<<60), 97, uint32(7)), 1, message(1, "web-1")))
	f.Add(onePod(message(1, "app", 2, message(2, message(1, "5m"), 1, "cpu"), 2, entry("memory", "3Mi"))))
	f.Add(onePod(message(1, "app", 2, entry("cpu", "-7"), 2, entry("memory", "1.5Gi"))))
	f.Add(onePod(message(1, "app", 2, entry("cpu", "1e-100000000"), 2, entry("memory", "3Mi"))))
	f.Add(message(2, message(4, oneContainer(), 2, message(1, uint64(1)), 3, message(1, uint64(2)), 1, message(3, "b", 1, "a"))))
	f.Add(append(onePod(oneContainer()), message(1, message(3, "token"))...))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := decodePods(wrap(t, podMetricsList, raw))
		if err == nil {
			mustEqualGenerated(t, raw, got)
			return
		}
		if slowQuantity.Match(raw) {
			return
		}
		list := new(metrics.PodMetricsList)
		if list.Unmarshal(raw) != nil {
			return
		}
		again, err := decodePods(wrap(t, podMetricsList, marshal(t, list)))
		if err != nil {
			if !refusedOnPurpose(list, err) {
				t.Fatalf("the scan refuses what Unmarshal accepts: %v", err)
			}
			return
		}
		mustEqual(t, list, again)
	})
}

// mustEqualGenerated compares rows with what Unmarshal makes of raw without the
// fields that are not scanned.
func mustEqualGenerated(t *testing.T, raw []byte, got *model.Samples) {
	t.Helper()
	known, err := cut(raw, scanned)
	if err != nil {
		t.Fatalf("the scan accepts what does not parse: %v", err)
	}
	list := new(metrics.PodMetricsList)
	if err := list.Unmarshal(known); err != nil {
		t.Fatalf("the scan accepts what Unmarshal refuses: %v", err)
	}
	mustEqual(t, list, got)
}

func mustEqual(t *testing.T, list *metrics.PodMetricsList, got *model.Samples) {
	t.Helper()
	want, unusable := expectedRows(list)
	if diff := cmp.Diff(want, rowsOf(got)); diff != "" {
		t.Fatalf("rows (-want +got):\n%s", diff)
	}
	// Of two samples of a pod only one is left, with its containers, but all were
	// counted.
	if got.Unusable != unusable {
		t.Fatalf("%d unusable, want %d", got.Unusable, unusable)
	}
}

// FuzzNodeMetricsList is FuzzPodMetricsList for what the scan of nodes accepts.
func FuzzNodeMetricsList(f *testing.F) {
	f.Add(marshal(f, nodeListOf(3)))
	f.Add(message(2, message(1, message(1, "node-1"), 4, entry("cpu", "5m"), 4, entry("memory", "-3Mi"), 9, "x")))
	f.Add(message(2, message(4, entry("memory", "1.5Gi"), 1, message(1, "b"), 4, entry("cpu", "2"), 3, message(1, uint64(2)))))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := decodeNodes(wrap(t, nodeMetricsList, raw))
		if err != nil {
			return
		}
		known, err := cut(raw, scannedNodes)
		if err != nil {
			t.Fatalf("the scan accepts what does not parse: %v", err)
		}
		list := new(metrics.NodeMetricsList)
		if err := list.Unmarshal(known); err != nil {
			t.Fatalf("the scan accepts what Unmarshal refuses: %v", err)
		}
		want, unusable := expectedNodes(list)
		if diff := cmp.Diff(want, append([]model.NodeSample{}, got.Nodes...)); diff != "" {
			t.Fatalf("rows (-want +got):\n%s", diff)
		}
		if got.Unusable != unusable {
			t.Fatalf("%d unusable, want %d", got.Unusable, unusable)
		}
	})
}

func refusedOnPurpose(list *metrics.PodMetricsList, err error) bool {
	if list.Continue != "" && errors.Is(err, errPartialList) {
		return true
	}
	for _, pod := range list.Items {
		if n := len(pod.Name); errors.Is(err, errName) && (n == 0 || n > maxName) {
			return true
		}
		if n := len(pod.Namespace); errors.Is(err, errName) && (n == 0 || n > maxNamespace) {
			return true
		}
	}
	return false
}

// FuzzBody feeds whole bodies of any sort: an error or bounded, sorted rows, and
// the same when it arrives again.
func FuzzBody(f *testing.F) {
	f.Add(encode(f, protobufType, podListOf(2)))
	f.Add(encode(f, jsonType, podListOf(2)))
	f.Add(encode(f, jsonType, podListOf(0)))
	f.Add(wrap(f, "Status", nil))
	f.Add([]byte(`{"kind":"PodMetricsList","items":[{"metadata":{"namespace":"a","name":"b"},"containers":null}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var d podDecoder
		var s model.Samples
		err := d.decode(body, &s)
		if err != nil {
			return
		}
		rows := rowsOf(&s)
		for i := 1; i < len(rows); i++ {
			a, b := rows[i-1], rows[i]
			if a.Namespace > b.Namespace || a.Namespace == b.Namespace && a.Name >= b.Name {
				t.Fatalf("%v before %v", a, b)
			}
		}
		if err := d.decode(body, &s); err != nil {
			t.Fatalf("the second time: %v", err)
		}
		if diff := cmp.Diff(rows, rowsOf(&s)); diff != "" {
			t.Fatalf("the second time (-want +got):\n%s", diff)
		}
	})
}

// FuzzJSON holds the JSON decoder against encoding/json with the typed objects:
// where both accept a list without nulls, they find the same rows.
func FuzzJSON(f *testing.F) {
	f.Add(encode(f, jsonType, podListOf(2)))
	f.Add(encode(f, jsonType, smallOddPodList()))
	f.Fuzz(func(t *testing.T, body []byte) {
		if !bytes.HasPrefix(body, []byte("{")) {
			return
		}
		got, err := decodePods(body)
		// A null quantity is 0 to the typed objects, and missing here.
		if err != nil || slowQuantity.Match(body) || bytes.Contains(body, []byte("null")) {
			return
		}
		typed := new(metrics.PodMetricsList)
		if json.Unmarshal(body, typed) != nil {
			return
		}
		mustEqual(t, typed, got)
	})
}
