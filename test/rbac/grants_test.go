package rbac

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/usage-operator/usage-operator/test/operator"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// grant is a rule that cannot be made smaller: one verb on one resource.
type grant struct{ rbacv1.PolicyRule }

func (g grant) String() string {
	return strings.Join([]string{g.Verbs[0], strings.TrimSuffix(g.Resources[0]+"."+g.APIGroups[0], ".")}, " ")
}

// grantsOf takes rules apart.
func grantsOf(rules []rbacv1.PolicyRule) (all []grant) {
	for _, r := range rules {
		for _, group := range r.APIGroups {
			for _, resource := range r.Resources {
				for _, verb := range r.Verbs {
					all = append(all, grant{rbacv1.PolicyRule{
						APIGroups: []string{group}, Resources: []string{resource}, Verbs: []string{verb}, ResourceNames: r.ResourceNames,
					}})
				}
			}
		}
	}
	return all
}

// role is a Role or a ClusterRole.
type role struct {
	object client.Object
	rules  *[]rbacv1.PolicyRule
}

// rolesOfOperator finds the roles that are bound to the operator's service account. Those that are summed up from others
// are left out: what is in them is not the operator's.
func rolesOfOperator(t *testing.T) (roles []role) {
	t.Helper()
	var everywhere rbacv1.ClusterRoleBindingList
	var inNamespaces rbacv1.RoleBindingList
	for _, list := range []client.ObjectList{&everywhere, &inNamespaces} {
		if err := api.List(t.Context(), list); err != nil {
			t.Fatal(err)
		}
	}
	for _, b := range everywhere.Items {
		if bindsOperator(b.Subjects) {
			roles = append(roles, findRole(t, "", b.RoleRef))
		}
	}
	for _, b := range inNamespaces.Items {
		if bindsOperator(b.Subjects) {
			roles = append(roles, findRole(t, b.Namespace, b.RoleRef))
		}
	}
	return slices.DeleteFunc(roles, func(r role) bool { return r.rules == nil })
}

func bindsOperator(subjects []rbacv1.Subject) bool {
	return slices.ContainsFunc(subjects, func(s rbacv1.Subject) bool {
		return s.Kind == rbacv1.ServiceAccountKind && s.Namespace == operator.Namespace && s.Name == operator.ServiceAccount
	})
}

func findRole(t *testing.T, namespace string, ref rbacv1.RoleRef) (found role) {
	t.Helper()
	switch ref.Kind {
	case "ClusterRole":
		r := &rbacv1.ClusterRole{}
		found.object, namespace = r, ""
		defer func() {
			if r.AggregationRule == nil {
				found.rules = &r.Rules
			}
		}()
	case "Role":
		r := &rbacv1.Role{}
		found = role{r, &r.Rules}
	default:
		t.Fatalf("a binding refers to a %s", ref.Kind)
	}
	if err := api.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: ref.Name}, found.object); err != nil {
		t.Fatal(err)
	}
	return found
}

// has reports whether the role gives a right.
func (r role) has(g grant) bool {
	return slices.ContainsFunc(grantsOf(*r.rules), func(other grant) bool { return other.String() == g.String() })
}

// lacking runs f while the role does not give a right. The API server must then refuse it.
func (r role) lacking(t *testing.T, g grant, f func()) {
	t.Helper()
	all := slices.Clone(*r.rules)
	r.set(t, without(all, g))
	defer func() {
		r.set(t, all)
		r.await(t, g, true)
	}()
	r.await(t, g, false)
	f()
}

// set gives the role other rules.
func (r role) set(t *testing.T, rules []rbacv1.PolicyRule) {
	t.Helper()
	*r.rules = rules
	if err := api.Update(t.Context(), r.object); err != nil {
		t.Fatal(err)
	}
}

// await waits until the API server goes by the rules.
func (r role) await(t *testing.T, g grant, allowed bool) {
	t.Helper()
	eventually(t, func(ctx context.Context) error {
		if got, err := isAllowed(ctx, r.object.GetNamespace(), g); err != nil || got != allowed {
			return fmt.Errorf("the operator may %s: %t, want %t: %w", g, got, allowed, err)
		}
		return nil
	})
}

// isAllowed asks the API server for the operator's right.
func isAllowed(ctx context.Context, namespace string, g grant) (bool, error) {
	resource, subresource, _ := strings.Cut(g.Resources[0], "/")
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: "system:serviceaccount:" + operator.Namespace + ":" + operator.ServiceAccount,
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Namespace: namespace, Verb: g.Verbs[0], Group: g.APIGroups[0], Resource: resource, Subresource: subresource,
		},
	}}
	if len(g.ResourceNames) > 0 {
		review.Spec.ResourceAttributes.Name = g.ResourceNames[0]
	}
	err := api.Create(ctx, review)
	return review.Status.Allowed, err
}

// without are the rules but for one grant.
func without(rules []rbacv1.PolicyRule, removed grant) (rest []rbacv1.PolicyRule) {
	for _, g := range grantsOf(rules) {
		if g.String() != removed.String() {
			rest = append(rest, g.PolicyRule)
		}
	}
	return rest
}
