import { useEffect, useState } from 'react';

/** A value that this browser keeps. The first render has the given one, as the page was built without a browser. */
export function useStored<T>(name: string, first: T): readonly [T, (value: T) => void] {
  const [value, setValue] = useState(first);
  useEffect(() => {
    const text = window.localStorage.getItem(name);
    if (text === null) return;
    try {
      setValue(JSON.parse(text) as T);
    } catch {
      window.localStorage.removeItem(name);
    }
  }, [name]);
  return [
    value,
    (next) => {
      setValue(next);
      window.localStorage.setItem(name, JSON.stringify(next));
    },
  ];
}
