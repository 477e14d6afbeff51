package inventory

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

const (
	// pageSize is the number of whole objects that are held at once.
	pageSize = 500
	// maxRestarts is how often a list begins anew because the server has
	// forgotten the state that its first page was read from.
	maxRestarts = 2
)

type (
	pageFunc    func(context.Context, metav1.ListOptions) (runtime.Object, error)
	compactFunc func(obj any) (runtime.Object, error)
)

// listCompact lists page by page and compacts each page before the next is
// read. It does so itself, because a reflector neither transforms what it lists
// nor always pages: for a list that may be old the server ignores the limit,
// and for one that must not be older than another no limit is sent. The latest
// state serves in both cases.
func listCompact(ctx context.Context, options metav1.ListOptions, page pageFunc, compact compactFunc) (runtime.Object, error) {
	// Only a check for consistency asks for an exact state.
	if options.ResourceVersionMatch != metav1.ResourceVersionMatchExact {
		options.ResourceVersion, options.ResourceVersionMatch = "", ""
	}
	options.Limit, options.Continue = pageSize, ""
	for restarts := 0; ; restarts++ {
		list, err := allPages(ctx, options, page, compact)
		if !apierrors.IsResourceExpired(err) || restarts == maxRestarts {
			return list, err
		}
	}
}

func allPages(ctx context.Context, options metav1.ListOptions, page pageFunc, compact compactFunc) (runtime.Object, error) {
	all := &internalversion.List{Items: []runtime.Object{}}
	for {
		objects, err := page(ctx, options)
		if err != nil {
			return nil, err
		}
		list, err := meta.ListAccessor(objects)
		if err != nil {
			return nil, fmt.Errorf("read a page of a list: %w", err)
		}
		err = meta.EachListItem(objects, func(obj runtime.Object) error {
			i, err := compact(obj)
			if err == nil {
				all.Items = append(all.Items, i)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("compact a page of a list: %w", err)
		}
		all.ResourceVersion = list.GetResourceVersion()
		if options.Continue = list.GetContinue(); options.Continue == "" {
			return all, nil
		}
		options.ResourceVersion, options.ResourceVersionMatch = "", ""
	}
}
