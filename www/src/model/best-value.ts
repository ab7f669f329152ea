// Which of two values is better, as far as a metric's name tells.

/** Words that name something to be small, or to be great. Only whole words count: `accumulation_steps` is no accuracy. */
const SMALL = words(
  'loss losses error errors err perplexity ppl mse rmse mae mape smape nll bce kl fid kid lpips wer cer ter eer ece brier regret',
);
const GREAT = words(
  'accuracy acc score scores auc auroc roc aupr auprc ap ar map miou iou giou dice f1 f2 fscore fbeta bleu sacrebleu meteor cider spice psnr ssim r2 precision recall sensitivity specificity reward rewards return returns ndcg mrr em kappa mcc pearson spearman elo winrate',
);
/** `top1`, `mAP50`, `bleu4`, `rougeL`, `ndcg10`. */
const GREAT_NUMBERED = /^(top|map|ap|bleu|ndcg|hits?|recall|precision)\d+$|^rouge(\d|l|lsum)?$/;
/** What is set, counted or derived rather than achieved, whatever it is called after: `loss_scale`, `error_count`. */
const NEITHER = words(
  'scale scaler scaling weight weights coef coefficient factor lambda steps step count counts total threshold temperature',
);

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}

/** −1: the least is best, as of a loss; 1: the greatest, as of a score; 0: unknown. The last word that says something decides. */
export function direction(key: string): -1 | 0 | 1 {
  let found: -1 | 0 | 1 = 0;
  for (const part of key.split(/[^\p{L}\p{N}]+/u)) {
    // `valLoss` is two words, `mAP` is one.
    const whole = part.toLowerCase();
    const said = meaning(whole);
    const several = said === 0 ? part.split(/(?<=[a-z0-9])(?=[A-Z])/).map((each) => each.toLowerCase()) : [whole];
    for (const word of several) {
      if (NEITHER.has(word)) return 0;
      found = meaning(word) || found;
    }
  }
  return found;
}

function meaning(word: string): -1 | 0 | 1 {
  if (SMALL.has(word)) return -1;
  return GREAT.has(word) || GREAT_NUMBERED.test(word) ? 1 : 0;
}

/** Where the best of these is; undefined where none is better than another. */
export function bestOf(key: string, values: readonly (number | undefined)[]): number | undefined {
  const sign = direction(key);
  const finite = values.filter((value): value is number => value !== undefined && Number.isFinite(value));
  if (sign === 0 || finite.length < 2) return undefined;
  return values.indexOf(sign * Math.max(...finite.map((value) => sign * value)));
}
