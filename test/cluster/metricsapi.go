package cluster

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	metricsNamespace  = "kube-system"
	metricsService    = "metrics-server"
	metricsAPIService = "v1beta1.metrics.k8s.io"
)

// metricsAPI tells the API server where the Metrics API is served. Without a pod network the Service is only a name for
// localhost. The annotation changes with the process: the API server then asks anew at once, where it would let up to
// half a minute pass after a metrics-server that was away.
const metricsAPI = `
apiVersion: v1
kind: Service
metadata: {name: $service, namespace: $namespace}
spec: {type: ExternalName, externalName: localhost}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: $apiservice
  annotations: {local-cluster/metrics-server-process: "$process"}
spec:
  group: metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  service: {name: $service, namespace: $namespace, port: $port}
  caBundle: $authority
`

// registration is the manifest for a metrics-server on that port.
func registration(certificates string, port int, process string) (string, error) {
	authority, err := os.ReadFile(certificates)
	if err != nil {
		return "", err
	}
	return strings.NewReplacer(
		"$service", metricsService,
		"$namespace", metricsNamespace,
		"$apiservice", metricsAPIService,
		"$process", process,
		"$port", fmt.Sprint(port),
		"$authority", base64.StdEncoding.EncodeToString(authority),
	).Replace(metricsAPI), nil
}

// metricsAPIAvailable returns an error unless the API server reaches metrics-server.
func metricsAPIAvailable(ctx context.Context, client kubernetes.Interface) error {
	answer, err := client.Discovery().RESTClient().Get().
		AbsPath("/apis/apiregistration.k8s.io/v1/apiservices", metricsAPIService).DoRaw(ctx)
	if err != nil {
		return err
	}
	var service struct {
		Status struct {
			Conditions []struct {
				Type    string                 `json:"type"`
				Status  metav1.ConditionStatus `json:"status"`
				Message string                 `json:"message"`
			} `json:"conditions"`
		} `json:"status"`
	}
	if err := json.Unmarshal(answer, &service); err != nil {
		return err
	}
	for _, c := range service.Status.Conditions {
		if c.Type == "Available" && c.Status == metav1.ConditionTrue {
			return nil
		}
		if c.Type == "Available" {
			return fmt.Errorf("the APIService %s is not available: %s", metricsAPIService, c.Message)
		}
	}
	return fmt.Errorf("the APIService %s has not been looked at yet", metricsAPIService)
}
