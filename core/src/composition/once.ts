import { type DependencyContainer, instanceCachingFactory, type InjectionToken } from 'tsyringe';

/** Gets what a token stands for. */
export type Get = <T>(token: InjectionToken<T>) => T;

/** Registers what is created when it is first needed, and then kept. */
export function once<T>(
  container: DependencyContainer,
  token: InjectionToken<T>,
  create: (get: Get) => T,
): void {
  container.register(token, {
    useFactory: instanceCachingFactory((resolver) => create((wanted) => resolver.resolve(wanted))),
  });
}
