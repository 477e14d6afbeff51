// Performance measures everything that has a bar, compares, and writes the table
// of docs/performance.md.
//
// It runs benchmarks of the packages, one after the other, and reads what they
// print. Each measurement is one run of "go test" and fills some rows; --only
// runs it alone. A row whose value is above its bar is printed as not met: the
// program fails only where something could not be measured.
//
// The table is written into the document after a whole run only. A quick one,
// with --quick, takes small clusters and proves nothing but that everything can
// be measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/usage-operator/usage-operator/test/cluster"
	"github.com/usage-operator/usage-operator/test/operator"
)

// document is where the table stands, seen from the root of the checkout.
const document = "docs/performance.md"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "performance:", err)
		os.Exit(1)
	}
}

// options are what the flags say.
type options struct {
	quick      bool
	only, skip string
}

func run(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var o options
	flags := flag.NewFlagSet("performance", flag.ExitOnError)
	flags.BoolVar(&o.quick, "quick", false, "take small clusters, and do not write the document")
	flags.StringVar(&o.only, "only", "", "measure only these, separated by commas, and do not write the document")
	flags.StringVar(&o.skip, "skip", "", "leave these out, and do not write the document")
	if err := flags.Parse(args); err != nil {
		return err
	}
	wanted, err := choose(measurements, o)
	if err != nil {
		return err
	}
	root, err := operator.Checkout(ctx)
	if err != nil {
		return err
	}
	facts, err := machine(ctx, root, time.Now())
	if err != nil {
		return err
	}
	if o.quick {
		facts = append(facts, fact{"Quick", "on small clusters, whatever is said below; no number here says anything about a bar"})
	}
	assets, err := cluster.Binaries(ctx, "", os.Stderr)
	if err != nil {
		return err
	}
	sections, failures := measureAll(ctx, wanted, runner{root: root, quick: o.quick, assets: assets, out: os.Stderr})
	text := render(facts, sections)
	fmt.Fprintln(os.Stdout, text)
	if failures != nil || o != (options{}) {
		return failures
	}
	return replaceIn(filepath.Join(root, document), text)
}

// choose returns the measurements that the options ask for.
func choose(all []measurement, o options) (chosen []measurement, err error) {
	only, skip := names(o.only), names(o.skip)
	for _, name := range slices.Concat(only, skip) {
		if !slices.ContainsFunc(all, func(m measurement) bool { return m.name == name }) {
			return nil, fmt.Errorf("there is no measurement %q", name)
		}
	}
	for _, m := range all {
		if (len(only) == 0 || slices.Contains(only, m.name)) && !slices.Contains(skip, m.name) {
			chosen = append(chosen, m)
		}
	}
	return chosen, nil
}

func names(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// section is a measurement with what came out of it.
type section struct {
	measurement
	results results
}

// measureAll goes on after a failure, so that one does not hide the others.
func measureAll(ctx context.Context, all []measurement, r runner) (sections []section, failures error) {
	for _, m := range all {
		found, err := r.run(ctx, m)
		if err != nil {
			failures = errors.Join(failures, fmt.Errorf("measure %s: %w", m.name, err))
		}
		sections = append(sections, section{m, found})
		if ctx.Err() != nil {
			break
		}
	}
	return sections, failures
}
