import type { ObjectCheck } from '../check.ts';
import { missingWeight } from './missing-weight.ts';
import { singleWeight } from './single-weight.ts';
import { weightsNotHundred } from './weights-not-hundred.ts';
import { weightsSumZero } from './weights-sum-zero.ts';

export const weightsChecks: readonly ObjectCheck[] = [weightsSumZero, singleWeight, weightsNotHundred, missingWeight];
