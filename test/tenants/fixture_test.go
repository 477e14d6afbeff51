package tenants

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/usage-operator/usage-operator/test/operator"
	"github.com/usage-operator/usage-operator/test/stage"
)

const (
	// mine and theirs are the namespaces of the two tenants, known to both.
	mine, theirs = "mine", "theirs"
	// soon bounds the wait for what takes some seconds on an idle machine.
	soon = 2 * time.Minute
)

// fixture is a stage with tenants.
type fixture struct {
	*stage.Stage
	// tenant is who has the role admin in mine.
	tenant client.Client
}

// newFixture makes namespaces, each with a user of its name who has all there that
// the role admin consists of. In a cluster a controller puts it together, which is
// tested with the installation.
func newFixture(t *testing.T, namespaces ...*corev1.Namespace) *fixture {
	t.Helper()
	f := &fixture{Stage: stage.New(t)}
	roles := append(f.userRoles(t), "system:aggregate-to-admin", "system:aggregate-to-edit", "system:aggregate-to-view")
	for _, n := range namespaces {
		f.Create(t, n)
		for _, role := range roles {
			f.Create(t, &rbacv1.RoleBinding{
				ObjectMeta: metav1.ObjectMeta{Namespace: n.Name, Name: role},
				RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
				Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: n.Name}},
			})
		}
	}
	f.tenant = f.As(t, mine)
	return f
}

// userRoles creates those of this project's roles that become part of admin, and
// returns their names.
func (f *fixture) userRoles(t *testing.T) (names []string) {
	t.Helper()
	root, err := operator.Checkout(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "config", "rbac", "*_role.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		role := &rbacv1.ClusterRole{}
		text, err := os.ReadFile(file)
		if err == nil {
			err = yaml.Unmarshal(text, role)
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if role.Labels["rbac.authorization.k8s.io/aggregate-to-admin"] == "true" {
			f.Create(t, role)
			names = append(names, role.Name)
		}
	}
	if len(names) != 4 {
		t.Fatalf("the roles %q become part of admin, want a viewer and an editor of each kind", names)
	}
	return names
}

// eventually waits until condition returns nil, and fails with its last error.
func eventually(t *testing.T, what string, condition func(context.Context) error) {
	t.Helper()
	last := fmt.Errorf("never tried")
	err := wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, soon, true, func(ctx context.Context) (bool, error) {
		last = condition(ctx)
		return last == nil, nil
	})
	if err != nil {
		t.Fatalf("%s: not within %s: %v", what, soon, last)
	}
}

// controlledBy says who controls an object.
func controlledBy(o, owner client.Object, apiVersion, kind string) {
	o.SetOwnerReferences([]metav1.OwnerReference{{
		APIVersion: apiVersion, Kind: kind, Name: owner.GetName(), UID: owner.GetUID(), Controller: new(true),
	}})
}
