package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/usage-operator/usage-operator/test/cluster"
	"github.com/usage-operator/usage-operator/test/operator"
)

// down ends what up began, and nothing else.
func down(ctx context.Context, o options) error {
	s, err := newSession(ctx, o)
	if err != nil {
		return err
	}
	fmt.Println("Stopping the operator")
	if err := s.memory.Operator.Stop(operator.Grace); err != nil {
		return err
	}
	if o.kubeconfig == "" {
		err = cluster.Down(o.dir, os.Stdout)
	} else {
		err = s.clean(ctx)
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

// clean removes from the user's cluster what the demo brought.
func (s *session) clean(ctx context.Context) error {
	fmt.Println("Removing the demo's reports and namespaces")
	if _, err := s.run(ctx, "", "delete", "--ignore-not-found", "-k", s.path("config/samples")); err != nil {
		return err
	}
	if _, err := s.run(ctx, "", "delete", "namespaces", "-l", demoLabel); err != nil {
		return err
	}
	if !s.memory.CRDsInstalled {
		return nil
	}
	fmt.Println("Removing the CRDs")
	_, err := s.run(ctx, "", "delete", "--ignore-not-found", "-k", s.path("config/crd"))
	return err
}
