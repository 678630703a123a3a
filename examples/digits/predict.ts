/** Loads a saved model and reads the test digits with it: `predict.ts MODEL`. Nothing is traced or compiled here. */
import { readFileSync } from "node:fs";
import { loadModel, stats } from "../../src/index.ts";
import { loadDigits } from "./data.ts";
import { imagesOf } from "./network.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("usage: predict.ts MODEL");
const model = await loadModel(readFileSync(path));
const { test } = loadDigits();
const [read] = model.run(imagesOf(test));
const predictions = read!.dataSync();
const right = predictions.filter((p, i) => p === test.labels[i]).length;
const { compiled, runs } = stats();
console.log(`second process: ${compiled} programs compiled, ${runs} graphs evaluated`);
console.log(`second process: test accuracy ${((100 * right) / test.count).toFixed(2)}% of ${test.count} digits`);
console.log(`second process: predictions ${predictions.join("")}`);
