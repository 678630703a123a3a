/** The chart of losses and accuracies. */
import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, GridComponent, LegendComponent, SVGRenderer]);

/** So many points are drawn at most. */
const MOST_POINTS = 600;

export class Chart {
  private readonly element: HTMLElement;
  private readonly chart: EChartsType;

  constructor(element: HTMLElement) {
    this.element = element;
    this.chart = init(element, null, { renderer: "svg" });
    new ResizeObserver(() => this.chart.resize()).observe(element);
  }

  /**
   * @param losses of each step
   * @param accuracies after each epoch, from 0 to 1
   * @param steps of an epoch
   */
  draw(losses: readonly number[], accuracies: readonly number[], steps: number): void {
    const style = getComputedStyle(this.element);
    const color = (name: string): string => style.getPropertyValue(name).trim();
    const label = { color: color("--soft"), fontSize: 12 };
    const stride = Math.max(1, Math.ceil(losses.length / MOST_POINTS));
    const points: [number, number][] = [];
    for (let at = 0; at < losses.length; at += stride) {
      const part = losses.slice(at, at + stride);
      points.push([(at + part.length) / steps, part.reduce((a, b) => a + b, 0) / part.length]);
    }
    const axis = { axisLabel: label, axisLine: { lineStyle: { color: color("--line") } }, axisTick: { show: false } };
    const name = { nameTextStyle: label };
    const lines = { lineStyle: { color: color("--line") } };
    this.chart.setOption({
      animation: false,
      legend: { top: 0, right: 0, textStyle: label, itemHeight: 8, icon: "roundRect" },
      grid: { left: 44, right: 48, top: 34, bottom: 44 },
      xAxis: {
        type: "value",
        name: "epoch",
        nameLocation: "middle",
        nameGap: 28,
        min: 0,
        max: Math.max(1, accuracies.length, Math.ceil(losses.length / steps)),
        minInterval: 1,
        splitLine: { show: false },
        ...axis,
        ...name,
      },
      yAxis: [
        { type: "value", min: 0, splitNumber: 4, splitLine: lines, ...axis },
        {
          type: "value",
          min: 0,
          max: 100,
          interval: 25,
          splitLine: { show: false },
          ...axis,
          axisLabel: { ...label, formatter: "{value}%" },
        },
      ],
      series: [
        {
          name: "loss",
          type: "line",
          data: points,
          showSymbol: false,
          lineStyle: { color: color("--accent"), width: 1.6 },
          itemStyle: { color: color("--accent") },
        },
        {
          name: "accuracy",
          type: "line",
          yAxisIndex: 1,
          data: accuracies.map((share, k) => [k + 1, 100 * share]),
          showSymbol: accuracies.length <= 30,
          symbolSize: 5,
          lineStyle: { color: color("--second"), width: 2.4 },
          itemStyle: { color: color("--second") },
        },
      ],
    });
  }
}
