import { expect, test } from 'vitest';
import { bestOf, direction } from './best-value';

test.each([
  ...[
    'loss',
    'train/loss',
    'val_loss',
    'valLoss',
    'test/WER',
    'cer',
    'FID',
    'perplexity',
    'val/ppl',
    'rmse',
    'error_rate',
    'top5_error',
  ].map((key) => [key, -1] as const),
  ...[
    'accuracy',
    'val/top1',
    'top5',
    'mAP',
    'mAP50',
    'metrics/mAP@0.5',
    'BLEU',
    'bleu4',
    'IoU',
    'mIoU',
    'PSNR',
    'ssim',
    'f1_macro',
    'rougeL',
    'AUROC',
    'eval/valAcc',
    'recall@5',
  ].map((key) => [key, 1] as const),
  ...[
    'accumulation_steps',
    'conf10',
    'loss_scale',
    'learning_rate',
    'lossless',
    'scoreboard_id',
    'error_count',
    'step',
    'aucklandia',
    'loss_weight',
    '',
  ].map((key) => [key, 0] as const),
])('%s: %d', (key, expected) => expect(direction(key)).toBe(expected));

test('the best is the least of losses and the greatest of scores, among finite values', () => {
  expect(bestOf('loss', [3, 1, NaN, 2, undefined])).toBe(1);
  expect(bestOf('accuracy', [3, 1, Infinity, 2])).toBe(0);
  expect(bestOf('speed', [3, 1])).toBeUndefined();
  expect(bestOf('loss', [3])).toBeUndefined();
});
