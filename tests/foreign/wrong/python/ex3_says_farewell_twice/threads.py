# Assignment 1, exercise 3. Wrong: each farewell comes twice.
import random
import threading
import time


def greet(number):
    print(f"Hi, I'm thread {number}", flush=True)
    time.sleep(random.uniform(0.2, 1))
    for _ in range(2):
        print(f"Thread {number} says goodbye", flush=True)


for number in range(3):
    threading.Thread(target=greet, args=(number,)).start()
