package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// render writes the facts and the sections as Markdown.
func render(facts []fact, sections []section) string {
	var b strings.Builder
	for _, f := range facts {
		fmt.Fprintf(&b, "- %s: %s\n", f.name, f.value)
	}
	for _, s := range sections {
		fmt.Fprintf(&b, "\n### %s\n\n`make bench ONLY=%s` runs `-bench '%s' -benchtime %s` in `%s`.\n\n", s.title, s.name, s.benchmark, s.rounds, s.folder)
		b.WriteString("| | measured | bar | |\n|---|---:|---:|---|\n")
		for _, row := range s.rows {
			b.WriteString(row.line(s.results))
		}
	}
	return b.String()
}

// line is the row in Markdown.
func (r row) line(found results) string {
	value, measured := found.of(r)
	if !measured {
		return fmt.Sprintf("| %s | – | %s | not measured |\n", r.what, r.bar())
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", r.what, r.amount(value), r.bar(), r.verdict(value))
}

func (r row) bar() string {
	if r.most == 0 {
		return ""
	}
	return "≤ " + r.amount(r.most)
}

// verdict says by how much a bar is not met. A value within is not praised
// further: a bar is a bar.
func (r row) verdict(value float64) string {
	switch {
	case r.most == 0:
		return ""
	case value <= r.most:
		return "met"
	default:
		return fmt.Sprintf("**not met**, by %.0f %%", math.Ceil(100*(value/r.most-1)))
	}
}

func (r row) amount(value float64) string {
	number := threeDigits(value)
	switch r.unit {
	case "":
		return number
	case "×":
		return number + " ×"
	default:
		return number + " " + r.unit
	}
}

// threeDigits shows no more than the measurement is worth, and never a power of
// ten.
func threeDigits(value float64) string {
	if math.Abs(value) >= 100 {
		return grouped(int64(math.Round(value)))
	}
	if math.Abs(value) < 0.0005 {
		return "0"
	}
	decimals := 2 - int(math.Floor(math.Log10(math.Abs(value))))
	text := strconv.FormatFloat(value, 'f', min(decimals, 4), 64)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// grouped puts a comma before each three digits.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
