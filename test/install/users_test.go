package install

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/usage-operator/usage-operator/test/apiserver"
)

// TestRights installs config/default and asks who may do what.
func TestRights(t *testing.T) {
	installed(t)
	kubectl(t, "create", "namespace", "team")
	t.Cleanup(func() { kubectlAtTheEnd(t, "delete", "namespace", "team") })
	for _, role := range []string{"view", "edit", "admin"} {
		kubectl(t, "-n", "team", "create", "rolebinding", role, "--clusterrole="+role, "--user="+role)
	}
	t.Run("users", usersHaveTheirKinds)
	t.Run("metrics", metricsAskWho)
	t.Run("quota", quotaBoundsObjects)
}

// installed installs config/default until the test ends.
func installed(t *testing.T) {
	t.Helper()
	kubectl(t, "apply", "--server-side", "-k", root+"/config/default")
	t.Cleanup(func() {
		kubectlAtTheEnd(t, "delete", "--timeout=2m", "--ignore-not-found", "-k", root+"/config/default")
	})
}

// kubectlAtTheEnd is kubectl for a cleanup, which has no context any more.
func kubectlAtTheEnd(t *testing.T, args ...string) {
	t.Helper()
	path, err := local.Program("kubectl")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := execute(path, append([]string{"--kubeconfig", local.Kubeconfig()}, args...)...); err != nil {
		t.Errorf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// usersHaveTheirKinds: the namespaced kinds without asking, in their namespace, and
// nothing else.
func usersHaveTheirKinds(t *testing.T) {
	eventually(t, func() error { return may(t, "view", "team", "list", "usagereports", true) }) // aggregation takes a moment
	for _, row := range []struct {
		user, namespace, verb, resource string
		want                            bool
	}{
		{"view", "team", "watch", "usagereports", true},
		{"view", "team", "create", "usagereports", false},
		{"view", "default", "list", "usagereports", false},
		{"edit", "team", "create", "usagereports", true},
		{"edit", "team", "delete", "usagereports", true},
		{"edit", "team", "patch", "usagereports/status", false},
		{"admin", "team", "create", "usagereports", true},
		{"admin", "team", "patch", "usagereports/status", false},
		{"view", "team", "create", "resourcethresholds", false},
		{"edit", "team", "create", "resourcethresholds", true},
		{"edit", "team", "patch", "resourcethresholds/status", false},
		{"admin", "team", "update", "resourcethresholds/status", false},
		{"admin", "team", "list", "clusterusagereports", false},
		{"admin", "team", "list", "clusterresourcethresholds", false},
		{"view", "team", "list", "usagecheckpoints", false},
		{"edit", "team", "list", "usagecheckpoints", false},
		{"admin", "team", "list", "usagecheckpoints", false},
		{"admin", "team", "create", "usagecheckpoints", false},
		{"admin", "team", "delete", "usagecheckpoints", false},
	} {
		if err := may(t, row.user, row.namespace, row.verb, row.resource, row.want); err != nil {
			t.Error(err)
		}
	}
}

// quotaBoundsObjects: the quota that docs/security.md advises refuses one object too many.
func quotaBoundsObjects(t *testing.T) {
	advice, err := os.ReadFile(root + "/docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	quota := regexp.MustCompile("(?s)```yaml\n(apiVersion: v1\nkind: ResourceQuota\n.*?)```").FindSubmatch(advice)
	if quota == nil {
		t.Fatal("docs/security.md advises no quota")
	}
	adapted := strings.NewReplacer("namespace: shop", "namespace: team", `"20"`, `"1"`).Replace(string(quota[1]))
	eventually(t, func() error { // the cluster comes to know new kinds within half a minute
		apply(t, adapted, "replace", "--force", "-f", "-")
		used := kubectl(t, "-n", "team", "wait", "resourcequota/usage", "--for=jsonpath={.status.used}", "--timeout=10s", "-o", "jsonpath={.status.used}")
		if !strings.Contains(used, "usage-operator.io") {
			return fmt.Errorf("it counts %s", used)
		}
		return nil
	})
	for _, kind := range []string{"UsageReport", "ResourceThreshold"} {
		named := func(name string) string {
			object := "apiVersion: usage-operator.io/v1alpha1\nkind: " + kind + "\nmetadata: {namespace: team, name: " + name + "}\nspec: {"
			if kind == "ResourceThreshold" {
				object += "resource: memory, measure: Usage, levels: [{severity: Warning, above: 1Gi}]"
			}
			return object + "}\n"
		}
		apply(t, named("first"), "apply", "-f", "-")
		if out, err := try(t, named("second"), "apply", "-f", "-"); err == nil || !strings.Contains(out, "exceeded quota") {
			t.Errorf("a second %s: %v\n%s", kind, err, out)
		}
	}
}

// may returns an error unless a user may do something, or may not.
func may(t *testing.T, user, namespace, verb, resource string, want bool) error {
	t.Helper()
	plural, subresource, _ := strings.Cut(resource, "/")
	// It fails where the answer is no.
	out, _ := try(t, "", "auth", "can-i", verb, plural+".usage-operator.io", "--subresource="+subresource, "-n", namespace, "--as", user)
	if got := strings.HasSuffix(strings.TrimSpace(out), "yes"); got != want {
		return fmt.Errorf("%s may %s %s in %s: %t, want %t: %s", user, verb, resource, namespace, got, want, out)
	}
	return nil
}

// metricsAskWho reads /metrics as nobody, as somebody and as who may.
func metricsAskWho(t *testing.T) {
	address := apiserver.FreeAddress(t)
	r := run(t, system, "--metrics-bind-address="+address)
	kubectl(t, "-n", "team", "create", "serviceaccount", "stranger")
	kubectl(t, "-n", "team", "create", "serviceaccount", "prometheus")
	kubectl(t, "create", "clusterrolebinding", "team-prometheus", "--clusterrole=usage-operator-metrics-reader", "--serviceaccount=team:prometheus")
	t.Cleanup(func() { kubectlAtTheEnd(t, "delete", "clusterrolebinding", "team-prometheus") })
	for user, want := range map[string]int{"": http.StatusUnauthorized, "stranger": http.StatusForbidden, "prometheus": http.StatusOK} {
		token := ""
		if user != "" {
			token = strings.TrimSpace(kubectl(t, "-n", "team", "create", "token", user))
		}
		eventually(t, func() error {
			status, body, err := get(t, "https://"+address+"/metrics", token)
			if err != nil {
				return err
			}
			if status != want || strings.Contains(body, "usage_operator_") != (want == http.StatusOK) {
				return fmt.Errorf("%q gets %d, want %d: %.200s", user, status, want, body)
			}
			return nil
		})
	}
	mustNotLack(t, r)
}

// get reads a URL whose certificate nobody has signed.
func get(t *testing.T, url, token string) (status int, body string, err error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}
