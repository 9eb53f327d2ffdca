'use client';

import 'uplot/dist/uPlot.min.css';
import { useTheme } from 'next-themes';
import { useEffect, useRef } from 'react';
import { useTranslations } from 'use-intl';
import Plot from 'uplot';

export interface Series {
  readonly label: string;
  /** The name of a token of colour. */
  readonly colour: 'accent' | 'bad' | 'warn' | 'good' | 'quiet';
  readonly values: readonly (number | null)[];
}

interface LineChartProps {
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  readonly formatTime: (at: number) => string;
}

const HEIGHT = 224;

/** Lines over time, with a table of the same for those who do not see them. */
export default function LineChart({ label, times, series, format, formatTime }: LineChartProps) {
  const t = useTranslations('common');
  const place = useRef<HTMLDivElement>(null);
  const { resolvedTheme } = useTheme();

  useEffect(() => {
    const target = place.current;
    if (!target) return undefined;
    const plot = new Plot(
      optionsOf(target),
      [times.map((at) => at / 1000), ...series.map(({ values }) => [...values])],
      target,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: target.clientWidth, height: HEIGHT }));
    observer.observe(target);
    return () => {
      observer.disconnect();
      plot.destroy();
    };

    function optionsOf(element: HTMLElement): Plot.Options {
      // A canvas knows no variables: it is drawn anew when the theme changes.
      const probe = document.createElement('span');
      element.append(probe);
      const colour = (name: string): string => {
        probe.style.color = `var(--${name})`;
        return getComputedStyle(probe).color;
      };
      const axis = {
        stroke: colour('quiet'),
        grid: { stroke: colour('line'), width: 1 },
        ticks: { show: false },
      };
      const options: Plot.Options = {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: true },
        axes: [
          { ...axis, values: (_, splits) => splits.map((at) => formatTime(at * 1000)) },
          { ...axis, size: 64, values: (_, splits) => splits.map(format) },
        ],
        series: [
          { value: (_, at) => (at === null ? '' : formatTime(at * 1000)), label: t('time') },
          ...series.map((one) => ({
            label: one.label,
            stroke: colour(one.colour),
            width: 2,
            spanGaps: true,
            points: { show: times.length <= 120, size: 5 },
            value: (_: Plot, value: number | null) => (value === null ? '–' : format(value)),
          })),
        ],
      };
      probe.remove();
      return options;
    }
  }, [times, series, format, formatTime, resolvedTheme, t]);

  return (
    <figure>
      <div ref={place} role="img" aria-label={label} className="min-h-56 overflow-hidden" />
      <details className="mt-2 text-sm">
        <summary className="cursor-pointer text-quiet">{t('asTable')}</summary>
        <div className="max-h-64 overflow-auto" tabIndex={0} role="region" aria-label={label}>
          <table className="w-full text-left">
            <thead>
              <tr>
                <th scope="col">{t('time')}</th>
                {series.map((one) => (
                  <th key={one.label} scope="col">
                    {one.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map((at, row) => (
                <tr key={at} className="border-t">
                  <td>{formatTime(at)}</td>
                  {series.map((one) => (
                    <td key={one.label}>{format(one.values[row] ?? 0)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
