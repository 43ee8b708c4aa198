# Assignment 1, exercise 3. Wrong: the threads only greet, and the main one says farewell for them.
import random
import threading
import time


def greet(number):
    print(f"Hi, I'm thread {number}", flush=True)


for number in range(3):
    threading.Thread(target=greet, args=(number,)).start()
for number in range(3):
    time.sleep(random.uniform(0.2, 1))
    print(f"Thread {number} says goodbye", flush=True)
