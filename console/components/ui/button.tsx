import type { ComponentProps } from 'react';

interface ButtonProps extends ComponentProps<'button'> {
  readonly kind?: 'primary' | 'quiet';
}

export function Button({ kind = 'primary', type = 'button', ...rest }: ButtonProps) {
  return <button className={`button button-${kind}`} type={type} {...rest} />;
}
