package main

import (
	"fmt"
	"os"
	"strings"
)

// Between these lines stands what was measured.
const (
	begin = "<!-- Measured by make bench: begin -->"
	end   = "<!-- Measured by make bench: end -->"
)

// replaceIn puts a text between the markers of a file.
func replaceIn(path, text string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	replaced, err := replace(string(content), text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, []byte(replaced), 0o644)
}

func replace(content, text string) (string, error) {
	before, rest, found := strings.Cut(content, begin+"\n")
	if !found {
		return "", fmt.Errorf("there is no line %q", begin)
	}
	_, after, found := strings.Cut(rest, end+"\n")
	if !found {
		return "", fmt.Errorf("there is no line %q behind its begin", end)
	}
	return before + begin + "\n\n" + strings.TrimSpace(text) + "\n\n" + end + "\n" + after, nil
}
