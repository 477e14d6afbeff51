// Command namespaced makes, from the role of the operator in a cluster, what it
// needs where it may see some namespaces only, and what somebody needs to install
// it there:
//
//	config/rbac/role.yaml                  -> config/namespaced/role.yaml
//	the same, and leader_election_role.yaml -> config/prerequisites/installer_role.yaml
//
// A right to a namespace cannot hold a right to what lies in none, so that nodes and
// the cluster-wide kinds are left out, and namespaces are read one by one. Nobody can
// give a right that he does not have: hence the role of who installs, which holds
// all that the operator needs. "make manifests" runs it.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

const (
	separator = "\n---\n"
	namespace = "usage-operator-system"
)

func main() {
	if err := run("config"); err != nil {
		fmt.Fprintln(os.Stderr, "namespaced:", err)
		os.Exit(1)
	}
}

func run(config string) error {
	clusterWide, within, err := roles(filepath.Join(config, "rbac", "role.yaml"))
	if err != nil {
		return err
	}
	_, election, err := roles(filepath.Join(config, "rbac", "leader_election_role.yaml"))
	if err != nil {
		return err
	}
	rules := namespaced(clusterWide)
	role := rbacv1.Role{TypeMeta: typeOf("Role"), ObjectMeta: named("usage-operator-namespaced", namespace), Rules: rules}
	err = write(filepath.Join(config, "namespaced", "role.yaml"),
		"What the operator may do in a namespace that it works in.", role)
	if err != nil {
		return err
	}
	installer := rbacv1.ClusterRole{
		TypeMeta: typeOf("ClusterRole"), ObjectMeta: named("usage-operator-installer", ""),
		Rules: slices.Concat(rules, within, election),
	}
	return write(filepath.Join(config, "prerequisites", "installer_role.yaml"),
		"For who installs the operator into namespaces of his own: bind it there, beside\n# admin. It holds what the operator needs, since nobody can give what he does not have.", installer)
}

// roles returns the rules of the ClusterRoles and those of the Roles in a file.
func roles(path string) (clusterWide, within []rbacv1.PolicyRule, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	for document := range strings.SplitSeq(string(text), separator) {
		var role rbacv1.ClusterRole // a Role has no other fields
		if err := yaml.Unmarshal([]byte(document), &role); err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", path, err)
		}
		switch role.Kind {
		case "ClusterRole":
			clusterWide = append(clusterWide, role.Rules...)
		case "Role":
			within = append(within, role.Rules...)
		}
	}
	return clusterWide, within, nil
}

// namespaced returns what of the rules has a meaning within a namespace.
func namespaced(rules []rbacv1.PolicyRule) []rbacv1.PolicyRule {
	out := []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"namespaces"}, Verbs: []string{"get"}}}
	for _, rule := range rules {
		rule.Resources = slices.DeleteFunc(slices.Clone(rule.Resources), isClusterWide)
		if len(rule.Resources) > 0 {
			out = append(out, rule)
		}
	}
	return out
}

// isClusterWide tells it by the name. All groups that the operator reads keep to it.
func isClusterWide(resource string) bool {
	return resource == "namespaces" || resource == "nodes" || strings.HasPrefix(resource, "cluster")
}

func typeOf(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: kind}
}

func named(name, namespace string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: map[string]string{"app.kubernetes.io/name": "usage-operator"}}
}

func write(path, comment string, object any) error {
	text, err := yaml.Marshal(object)
	if err != nil {
		return err
	}
	head := fmt.Sprintf("# %s\n# Made by make manifests; do not edit.\n", comment)
	// The type has no place for "none yet".
	return os.WriteFile(path, append([]byte(head), bytes.ReplaceAll(text, []byte("  creationTimestamp: null\n"), nil)...), 0o644)
}
