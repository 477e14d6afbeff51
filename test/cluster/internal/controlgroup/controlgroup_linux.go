package controlgroup

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// patience is how long the kernel may take to notice that the last process of a group has ended.
	patience     = 10 * time.Second
	pollInterval = 50 * time.Millisecond
)

// hierarchies are where control groups lie: in one for each controller, or in one for all.
func hierarchies() ([]string, error) {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return nil, err
	}
	var found []string
	for line := range strings.Lines(string(mounts)) {
		fields := strings.Fields(line)
		if len(fields) > 2 && (fields[2] == "cgroup" || fields[2] == "cgroup2") {
			found = append(found, fields[1])
		}
	}
	if len(found) == 0 {
		return nil, errors.New("none are mounted")
	}
	return found, nil
}

// CanMake returns an error where groups cannot be made.
func CanMake() error {
	mounts, err := hierarchies()
	if err != nil {
		return err
	}
	for _, mount := range mounts {
		if err := unix.Access(mount, unix.W_OK); err != nil {
			return fmt.Errorf("%s cannot be written to: %w", mount, err)
		}
	}
	return nil
}

// Make makes a group in every hierarchy, unless it is there. Its path begins at the root. What runs in it gets the
// processors before others.
func Make(path string) error {
	mounts, err := hierarchies()
	if err != nil {
		return err
	}
	for _, mount := range mounts {
		if err := delegateControllers(mount); err != nil {
			return err
		}
		if err := os.Mkdir(filepath.Join(mount, path), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := favour(filepath.Join(mount, path)); err != nil {
			return err
		}
	}
	return nil
}

// shares are the files that say what share of the processors a group gets where others want them too, and 64 times what
// they usually say.
var shares = map[string]string{"cpu.shares": "65536", "cpu.weight": "6400"}

// favour gives a group the processors first: what is to use a known amount of their time has to get it, however busy the
// machine is.
func favour(group string) error {
	for name, share := range shares {
		file, err := os.OpenFile(filepath.Join(group, name), os.O_WRONLY, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		_, err = file.WriteString(share)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// delegateControllers lets the groups of a unified hierarchy have the controllers that its root has.
func delegateControllers(mount string) error {
	controllers, err := os.ReadFile(filepath.Join(mount, "cgroup.controllers"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for controller := range bytes.FieldsSeq(controllers) {
		if err := os.WriteFile(filepath.Join(mount, "cgroup.subtree_control"), []byte("+"+string(controller)), 0o644); err != nil {
			return fmt.Errorf("delegate the controller %s: %w", controller, err)
		}
	}
	return nil
}

// Remove removes a group and those in it, if it is there. Their processes must have ended.
func Remove(path string) error {
	mounts, err := hierarchies()
	if err != nil {
		return err
	}
	deadline := time.Now().Add(patience)
	for _, mount := range mounts {
		err := removeFolders(filepath.Join(mount, path))
		for ; err != nil && time.Now().Before(deadline); err = removeFolders(filepath.Join(mount, path)) {
			time.Sleep(pollInterval)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// removeFolders removes a folder and those in it, the innermost first. The files of a control group go with it.
func removeFolders(root string) error {
	var folders []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			folders = append(folders, path)
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, folder := range slices.Backward(folders) {
		if err := unix.Rmdir(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the control group %s: %w", folder, err)
		}
	}
	return nil
}
