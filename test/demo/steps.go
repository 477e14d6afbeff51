package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/test/operator"
)

// usageMoves lets simulated usage move around what the annotations say, and
// simulated Jobs run for a while.
//
//go:embed simulation.yaml
var usageMoves string

// realShare divides the demo's amounts on a real cluster, where they are used
// for real.
const realShare = 10

func (s *session) installCRDs(ctx context.Context) error {
	out, err := s.run(ctx, "", "get", "crd", "--ignore-not-found", "-o", "name", "usagereports.usage-operator.io")
	if err != nil {
		return err
	}
	if out == "" {
		s.memory.CRDsInstalled = true
		if err := s.remember(); err != nil {
			return err
		}
	}
	if _, err := s.run(ctx, "", "apply", "--server-side", "-k", s.path("config/crd")); err != nil {
		return err
	}
	_, err = s.run(ctx, "", "wait", "--for=condition=Established", "--timeout=30s", "-f", s.path("config/crd/bases"))
	return err
}

func (s *session) path(name string) string { return filepath.Join(s.root, name) }

func (s *session) startWorkloads(ctx context.Context) error {
	if err := s.ownNamespaces(ctx); err != nil {
		return err
	}
	share := int64(realShare)
	if s.local != nil {
		share = 1
		if _, err := s.run(ctx, usageMoves, "apply", "--server-side", "--field-manager=demo", "--force-conflicts", "-f", "-"); err != nil {
			return err
		}
	}
	var manifests bytes.Buffer
	for _, object := range allObjects(share) {
		if err := json.NewEncoder(&manifests).Encode(object); err != nil {
			return err
		}
	}
	if _, err := s.run(ctx, manifests.String(), "apply", "--server-side", "-f", "-"); err != nil {
		return err
	}
	// A CronJob starts with the next minute; the demo shows it at once.
	_, err := s.run(ctx, "", "create", "job", "-n", "data", "--from=cronjob/backup", "backup-first")
	if err != nil && strings.Contains(err.Error(), "AlreadyExists") {
		return nil
	}
	return err
}

// ownNamespaces refuses to work in namespaces that are not the demo's.
func (s *session) ownNamespaces(ctx context.Context) error {
	out, err := s.run(ctx, "", "get", "namespaces", "-l", "!"+demoLabel, "-o", "jsonpath={.items[*].metadata.name}")
	if err != nil {
		return err
	}
	for name := range strings.FieldsSeq(out) {
		if _, ours := namespaces[name]; ours {
			return fmt.Errorf("namespace %s exists and is not the demo's; use another cluster", name)
		}
	}
	return nil
}

func (s *session) startOperator(ctx context.Context) error {
	program, err := operator.Build(ctx, s.root, s.dir)
	if err != nil {
		return err
	}
	kubeconfig := s.kubeconfig
	if s.local != nil {
		if err := operator.Install(ctx, s.local, s.root); err != nil {
			return err
		}
		kubeconfig = filepath.Join(s.dir, "operator.kubeconfig")
		if err := operator.WriteKubeconfig(ctx, s.local, operator.Namespace, kubeconfig); err != nil {
			return err
		}
	}
	if err := s.memory.Operator.Stop(operator.Grace); err != nil {
		return err
	}
	return operator.Detach(program, kubeconfig, s.operatorLog(), func(i operator.Identity) error {
		s.memory.Operator = i
		return s.remember()
	})
}

func (s *session) operatorLog() string { return filepath.Join(s.dir, "usage-operator.log") }

func (s *session) applySamples(ctx context.Context) error {
	_, err := s.run(ctx, "", "apply", "--server-side", "-k", s.path("config/samples"))
	return err
}

// covered is the coverage, in percent, from which on the first numbers are worth
// a look. It is not 100: each minute a Job starts that has no sample yet.
const covered = 90

// awaitReports waits until the sample reports have numbers for nearly all of
// their pods.
func (s *session) awaitReports(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		missing, err := s.uncovered(ctx)
		if err == nil && len(missing) == 0 {
			return s.awaitAlert(ctx)
		}
		if !s.memory.Operator.Alive() {
			return fmt.Errorf("the operator has ended; its log is %s", s.operatorLog())
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, fmt.Errorf("no numbers for %s within %s; the operator's log is %s",
				strings.Join(missing, ", "), patience, s.operatorLog()))
		case <-time.After(time.Second):
		}
	}
}

// awaitAlert waits until checkout fires, which is near its memory limit. On a real
// cluster it may not be.
func (s *session) awaitAlert(ctx context.Context) error {
	if s.local == nil {
		return nil
	}
	_, err := s.run(ctx, "", "wait", "resourcethreshold/memory", "-n", "shop", "--for=condition=Firing", "--timeout="+patience.String())
	return err
}

// uncovered returns the names of the reports that lack numbers.
func (s *session) uncovered(ctx context.Context) (names []string, err error) {
	const table = `{range .items[*]}{.kind} {.metadata.name} {.status.coverage.percent}{"\n"}{end}`
	out, err := s.run(ctx, "", "get", "-k", s.path("config/samples"), "-o", "jsonpath="+table)
	for line := range strings.Lines(out) {
		fields := append(strings.Fields(line), "0") // what has no numbers yet has no percentage
		if n, _ := strconv.Atoi(fields[2]); strings.HasSuffix(fields[0], "Report") && n < covered {
			names = append(names, fields[1])
		}
	}
	return names, err
}
