'use client';

/** What is heavy, and loaded when it is needed. */
import dynamic from 'next/dynamic';
import { Skeleton } from './skeleton.tsx';

export const CodeEditor = dynamic(() => import('../text/code-editor.tsx'), {
  ssr: false,
  loading: () => <Skeleton lines={3} />,
});
export const Markdown = dynamic(() => import('../text/markdown.tsx'), { ssr: false });
export const LineChart = dynamic(() => import('./line-chart.tsx'), {
  ssr: false,
  loading: () => <div className="h-56" />,
});
