// tsyringe needs this polyfill at import, even without decorators; a module of its own keeps it first.
import 'reflect-metadata';
