import { type DependencyContainer, instanceCachingFactory, type InjectionToken } from 'tsyringe';

/** Resolves a token. */
export type Get = <T>(token: InjectionToken<T>) => T;

/** Registers a singleton that is created on first use. */
export function once<T>(
  container: DependencyContainer,
  token: InjectionToken<T>,
  create: (get: Get) => T,
): void {
  container.register(token, {
    useFactory: instanceCachingFactory((resolver) => create((wanted) => resolver.resolve(wanted))),
  });
}
