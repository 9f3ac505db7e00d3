// Package plot draws what was measured.
package plot

import (
	"fmt"
	"image/color"
	"os"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/magicbyte-go/magicbyte/compare/internal/cases"
	"github.com/magicbyte-go/magicbyte/compare/internal/measure"
)

var (
	ours   = color.RGBA{R: 0x1f, G: 0x7a, B: 0x6c, A: 0xff}
	others = color.RGBA{R: 0xb4, G: 0xb9, B: 0xc2, A: 0xff}
	ink    = color.RGBA{R: 0x24, G: 0x29, B: 0x2f, A: 0xff}
)

// panels are what is drawn: typical events on one core.
var panels = []struct{ work, title string }{
	{cases.Encode, "encode"},
	{cases.DecodeFresh, "decode"},
	{cases.DecodeEvolved, "decode what another schema wrote"},
}

// labels are the names in the plot. What is not here is not drawn: hand-written code is a measure, not a choice.
var labels = map[string]string{
	cases.Generated:    "magicbyte, generated",
	cases.Plan:         "magicbyte, plan",
	cases.Hamba:        "hamba/avro",
	cases.Twmb:         "twmb/avro",
	cases.Goavro:       "goavro",
	cases.Franz:        "franz-go sr + hamba",
	cases.Avrov2:       "confluent-kafka-go, default",
	cases.Avrov2Latest: "confluent-kafka-go, UseLatestVersion",
	cases.JSON:         "encoding/json",
}

const (
	width  = 26 * vg.Centimeter
	height = 7.5 * vg.Centimeter
)

// Draw writes the plot of typical events as an SVG: nanoseconds on a scale of powers of ten, the fastest on top.
func Draw(r *measure.Results, path string) (err error) {
	canvas := vgsvg.New(width, height*vg.Length(len(panels)))
	all := draw.New(canvas)
	all.SetColor(color.White)
	all.Fill(all.Path())
	for i, panel := range panels {
		p, err := bars(r, panel.work, panel.title)
		if err != nil {
			return fmt.Errorf("plot: %s: %w", panel.title, err)
		}
		top := height * vg.Length(len(panels)-i)
		p.Draw(draw.Crop(all, 0.3*vg.Centimeter, -0.8*vg.Centimeter, top-height+0.2*vg.Centimeter, top-height*vg.Length(len(panels))-0.2*vg.Centimeter))
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if closed := file.Close(); err == nil {
			err = closed
		}
	}()
	_, err = canvas.WriteTo(file)
	return err
}

// bars is the panel of one kind of work.
func bars(r *measure.Results, work, title string) (*plot.Plot, error) {
	var rows []measure.Row
	for _, row := range r.Rows {
		if row.Work == work && row.Event == "typical" && row.Procs == 1 && row.GOGC == 100 && labels[row.Impl] != "" {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b measure.Row) int { return int(b.NS - a.NS) })

	p := plot.New()
	p.Title.Text = fmt.Sprintf("%s: ns per event", title)
	p.Title.TextStyle.Color, p.Title.TextStyle.Font.Size = ink, font.Length(13)
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: 0}
	p.X.Min, p.X.Max = 100, 100_000
	p.Add(plotter.NewGrid())
	names := make([]string, len(rows))
	at, texts := make(plotter.XYs, len(rows)), make([]string, len(rows))
	for i, row := range rows {
		names[i] = labels[row.Impl]
		bar, err := plotter.NewPolygon(box(p.X.Min, row.NS, float64(i)))
		if err != nil {
			return nil, err
		}
		bar.Width, bar.Color = 0, others
		if row.Impl == cases.Generated || row.Impl == cases.Plan {
			bar.Color = ours
		}
		p.Add(bar)
		at[i], texts[i] = plotter.XY{X: row.NS, Y: float64(i)}, fmt.Sprintf(" %.0f", row.NS)
	}
	values, err := plotter.NewLabels(plotter.XYLabels{XYs: at, Labels: texts})
	if err != nil {
		return nil, err
	}
	for i := range values.TextStyle {
		values.TextStyle[i].YAlign, values.TextStyle[i].Color = draw.YCenter, ink
	}
	p.Add(values)
	p.NominalY(names...)
	return p, nil
}

func box(from, to, y float64) plotter.XYs {
	const half = 0.36
	return plotter.XYs{{X: from, Y: y - half}, {X: to, Y: y - half}, {X: to, Y: y + half}, {X: from, Y: y + half}}
}
